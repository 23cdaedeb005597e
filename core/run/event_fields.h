#pragma once

#include "core/run/run_event.h"

#include <concepts>
#include <type_traits>

namespace phono {

// The fields of a line, once for writing and reading: describe(fields, event) shows each to
// `fields` under its key. `event` is constant when it is written.

template <typename Given, typename Event>
concept Is = std::same_as<std::remove_const_t<Given>, Event>;

template <typename Fields, typename Event>
void describeMoment(Fields& fields, Event& event)
{
    fields.time("time", event.time);
    fields.field("update", event.update);
}

template <typename Fields, Is<TaskMetrics> Metrics>
void describe(Fields& fields, Metrics& metrics)
{
    fields.field("loss_bits", metrics.lossBits);
    fields.field("step_bits", metrics.stepBits);
    fields.field("accuracy", metrics.accuracy);
    fields.field("positive_mean", metrics.positiveMean);
    fields.field("negative_mean", metrics.negativeMean);
}

template <typename Fields, Is<ScoreHistogram> Histogram>
void describe(Fields& fields, Histogram& histogram)
{
    fields.field("first", histogram.first);
    fields.field("width", histogram.width);
    fields.field("positives", histogram.positives);
    fields.field("negatives", histogram.negatives);
}

template <typename Fields, Is<GpuState> Gpu>
void describe(Fields& fields, Gpu& gpu)
{
    fields.field("utilization", gpu.utilization);
    fields.field("memory_bytes", gpu.memoryBytes);
    fields.field("temperature", gpu.temperature);
}

template <typename Fields, Is<StartedEvent> Event>
void describe(Fields& fields, Event& event)
{
    describeMoment(fields, event);
    fields.field("format", event.format);
    fields.field("version", event.version);
    fields.field("max_update", event.maxUpdate);
    fields.field("device", event.device);
    fields.field("precision", event.precision);
    fields.field("kernel", event.kernel);
    fields.field("threads", event.threads);
    fields.field("processes", event.processes);
    fields.field("host", event.host);
    fields.field("pid", event.pid);
    fields.field("parameters", event.parameters);
    fields.field("recordings", event.recordings);
    fields.field("hours", event.hours);
}

template <typename Fields, Is<UpdateEvent> Event>
void describe(Fields& fields, Event& event)
{
    describeMoment(fields, event);
    fields.field("epoch", event.epoch);
    describe(fields, event.metrics);
    fields.field("lr", event.lr);
    fields.field("gnorm", event.gnorm);
    fields.field("audio_seconds", event.audioSeconds);
    fields.field("audio_seconds_per_second", event.audioSecondsPerSecond);
    fields.field("data_wait", event.dataWait);
    fields.field("memory_bytes", event.memoryBytes);
    fields.field("cpu_utilization", event.cpuUtilization);
    fields.known("seconds_left", event.secondsLeft);
    fields.field("loss_scale", event.lossScale);
    fields.field("code_perplexity", event.codePerplexity);
    fields.object("gpu", event.gpu);
}

template <typename Fields, Is<ValidEvent> Event>
void describe(Fields& fields, Event& event)
{
    describeMoment(fields, event);
    describe(fields, event.metrics);
    fields.field("best", event.best);
    fields.object("scores", event.scores);
}

template <typename Fields, Is<CheckpointEvent> Event>
void describe(Fields& fields, Event& event)
{
    describeMoment(fields, event);
    fields.field("path", event.path);
}

template <typename Fields, Is<SkippedEvent> Event>
void describe(Fields& fields, Event& event)
{
    describeMoment(fields, event);
    fields.field("path", event.path);
    fields.field("reason", event.reason);
}

template <typename Fields, typename Event>
requires Is<Event, PausedEvent> || Is<Event, ContinuedEvent> || Is<Event, FinishedEvent>
void describe(Fields& fields, Event& event)
{
    describeMoment(fields, event);
}

template <typename Fields, Is<FailedEvent> Event>
void describe(Fields& fields, Event& event)
{
    describeMoment(fields, event);
    fields.field("message", event.message);
    fields.field("files", event.files);
}

template <typename Fields, Is<StoppedEvent> Event>
void describe(Fields& fields, Event& event)
{
    describeMoment(fields, event);
    fields.field("reason", event.reason);
}

} // namespace phono
