#include "core/base/atomic_file.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/checkpoint_json.h"
#include "core/checkpoint/config_fields.h"
#include "core/checkpoint/pickle_writer.h"
#include "core/checkpoint/provenance.h"
#include "core/checkpoint/safetensors.h"
#include "core/checkpoint/zip_writer.h"

#include <algorithm>
#include <charconv>

namespace phono {
namespace {

using Storages = std::vector<std::shared_ptr<const std::vector<std::byte>>>;

void write(PickleWriter& pickle, const FieldValue& value)
{
    struct Visitor {
        PickleWriter& pickle;
        void operator()(std::monostate) const { pickle.none(); }
        void operator()(bool flag) const { pickle.boolean(flag); }
        void operator()(std::int64_t number) const { pickle.integer(number); }
        void operator()(double number) const { pickle.real(number); }
        void operator()(const std::string& text) const { pickle.text(text); }
        void operator()(const std::vector<double>& numbers) const
        {
            pickle.list([&] {
                for (const double number : numbers)
                    pickle.real(number);
            });
        }
    };
    std::visit(Visitor{pickle}, value);
}

void entry(PickleWriter& pickle, std::string_view key, const FieldValue& value)
{
    pickle.text(key);
    write(pickle, value);
}

void section(PickleWriter& pickle, std::string_view key, const std::function<void()>& contents)
{
    pickle.text(key);
    pickle.dictionary(contents);
}

const char* storageClass(DType dtype)
{
    switch (dtype) {
    case DType::Float64:
        return "DoubleStorage";
    case DType::Float16:
        return "HalfStorage";
    case DType::BFloat16:
        return "BFloat16Storage";
    default:
        return "FloatStorage";
    }
}

void writeNumbers(PickleWriter& pickle, const std::vector<std::int64_t>& numbers)
{
    pickle.tuple([&] {
        for (const auto number : numbers)
            pickle.integer(number);
    });
}

/// A tensor over its whole storage. Tensors with the same bytes share one (project_features).
void writeTensor(PickleWriter& pickle, const Tensor& tensor, Storages& storages)
{
    auto storage = std::ranges::find(storages, tensor.bytes);
    if (storage == storages.end())
        storage = storages.insert(storages.end(), tensor.bytes);
    const auto key = std::to_string(storage - storages.begin());
    std::vector<std::int64_t> strides(tensor.shape.size(), 1);
    for (std::size_t i = strides.size(); i-- > 1;)
        strides[i - 1] = strides[i] * tensor.shape[i];
    pickle.call("torch._utils", "_rebuild_tensor_v2", [&] {
        pickle.persistent([&] {
            pickle.tuple([&] {
                pickle.text("storage");
                pickle.global("torch", storageClass(tensor.dtype));
                pickle.text(key);
                pickle.text("cpu");
                pickle.integer(tensor.numel());
            });
        });
        pickle.integer(0);
        writeNumbers(pickle, tensor.shape);
        writeNumbers(pickle, strides);
        pickle.boolean(false);
        pickle.orderedDictionary([] {});
    });
}

std::int64_t updatesOf(const Checkpoint& checkpoint)
{
    std::int64_t updates = 0;
    for (const auto& [name, value] : checkpoint.provenance)
        if (name == "updates")
            std::from_chars(value.data(), value.data() + value.size(), updates);
    return updates;
}

void writeFields(PickleWriter& pickle, const NamedFields& fields)
{
    for (const auto& [name, value] : fields)
        entry(pickle, name, value);
}

/// What fairseq needs to build the task, the model and the criterion; it fills in the rest from its
/// own defaults.
std::vector<std::pair<std::string, NamedFields>> minimalSettings(const ModelConfig& config)
{
    const auto name = [](const char* text) {
        return std::pair<std::string, FieldValue>("_name", std::string(text));
    };
    return {{"common", {{"_name", {}}}},
            {"task",
             {name("audio_pretraining"),
              {"data", std::string()},
              {"sample_rate", std::int64_t(16000)},
              {"normalize", false}}},
            {"criterion", {name("wav2vec"), {"infonce", config.infonce}, {"loss_weights", {}}}},
            {"optimizer", {name("adam")}},
            {"lr_scheduler", {name("cosine")}}};
}

void writeConfig(PickleWriter& pickle, const ModelConfig& config, const TrainingState* training)
{
    pickle.text("cfg");
    pickle.dictionary([&] {
        entry(pickle, "_name", {});
        section(pickle, "model", [&] {
            entry(pickle, "_name", std::string("wav2vec"));
            writeFields(pickle, fieldsOf(config));
        });
        const auto settings = training ? training->settings : minimalSettings(config);
        for (const auto& [name, fields] : settings)
            section(pickle, name, [&, &name = name, &fields = fields] {
                writeFields(pickle, fields);
                if (name == "criterion") {
                    pickle.text("log_keys");
                    pickle.emptyList();
                }
            });
    });
}

void writeHistory(PickleWriter& pickle, std::int64_t updates, std::int64_t epoch,
                  std::int64_t batch)
{
    pickle.text("optimizer_history");
    pickle.list([&] {
        pickle.dictionary([&] {
            entry(pickle, "criterion_name", std::string("Wav2vecCriterion"));
            entry(pickle, "optimizer_name", std::string("FairseqAdam"));
            section(pickle, "lr_scheduler_state", [&] { entry(pickle, "best", {}); });
            entry(pickle, "num_updates", updates);
        });
    });
    section(pickle, "task_state", [] {});
    section(pickle, "extra_state", [&] {
        section(pickle, "train_iterator", [&] {
            entry(pickle, "epoch", epoch);
            entry(pickle, "iterations_in_epoch", batch);
        });
    });
}

/// As the state_dict() of fairseq's Adam: by the parameters' numbers.
void writeOptimizer(PickleWriter& pickle, const TrainingState& training, Storages& storages)
{
    section(pickle, "last_optimizer_state", [&] {
        pickle.text("state");
        pickle.dictionary([&] {
            for (std::size_t i = 0; i < training.expAvg.size(); ++i) {
                pickle.integer(static_cast<std::int64_t>(i));
                pickle.dictionary([&] {
                    entry(pickle, "step", training.updates);
                    pickle.text("exp_avg");
                    writeTensor(pickle, training.expAvg[i], storages);
                    pickle.text("exp_avg_sq");
                    writeTensor(pickle, training.expAvgSq[i], storages);
                });
            }
        });
        pickle.text("param_groups");
        pickle.list([&] {
            pickle.dictionary([&] {
                entry(pickle, "lr", training.lr);
                pickle.text("betas");
                pickle.tuple([&] {
                    pickle.real(training.adamBetas[0]);
                    pickle.real(training.adamBetas[1]);
                });
                entry(pickle, "eps", training.adamEps);
                entry(pickle, "weight_decay", training.weightDecay);
                entry(pickle, "amsgrad", false);
                pickle.text("params");
                pickle.list([&] {
                    for (std::size_t i = 0; i < training.expAvg.size(); ++i)
                        pickle.integer(static_cast<std::int64_t>(i));
                });
            });
        });
    });
}

std::string makePickle(const Checkpoint& checkpoint, const TrainingState* training,
                       Storages& storages)
{
    PickleWriter pickle;
    pickle.dictionary([&] {
        entry(pickle, "args", {});
        writeConfig(pickle, checkpoint.config, training);
        pickle.text("model");
        pickle.orderedDictionary([&] {
            for (const auto& tensor : checkpoint.tensors) {
                pickle.text(tensor.name);
                writeTensor(pickle, tensor, storages);
            }
        });
        entry(pickle, "criterion", {});
        if (training) {
            writeHistory(pickle, training->updates, training->epoch, training->batch);
            writeOptimizer(pickle, *training, storages);
        } else {
            writeHistory(pickle, updatesOf(checkpoint), 1, 0);
            entry(pickle, "last_optimizer_state", {});
        }
        section(pickle, "phonoscope", [&] {
            section(pickle, "provenance", [&] {
                for (const auto& [name, value] : checkpoint.provenance)
                    entry(pickle, name, value);
            });
            if (training)
                section(pickle, "progress", [&] { writeFields(pickle, training->progress); });
        });
    });
    return pickle.finish();
}

Result<void> writeTorch(const Checkpoint& checkpoint, const TrainingState* training,
                        const std::filesystem::path& path, bool force)
{
    Storages storages;
    const auto pickle = makePickle(checkpoint, training, storages);
    auto file = AtomicFile::create(path, force);
    if (!file)
        return file.error();
    ZipWriter zip(*file);
    const auto add = [&](const std::string& name, const void* data, std::size_t bytes) {
        return zip.add("archive/" + name, data, bytes);
    };
    if (auto done = add("data.pkl", pickle.data(), pickle.size()); !done)
        return done;
    for (std::size_t i = 0; i < storages.size(); ++i)
        if (auto done = add("data/" + std::to_string(i), storages[i]->data(), storages[i]->size());
            !done)
            return done;
    constexpr std::string_view kVersion = "3\n";
    if (auto done = add("version", kVersion.data(), kVersion.size()); !done)
        return done;
    constexpr std::string_view kByteOrder = "little";
    if (auto done = add("byteorder", kByteOrder.data(), kByteOrder.size()); !done)
        return done;
    if (auto done = zip.finish(); !done)
        return done;
    return file->commit();
}

/// Without what is true of the file that was read only.
Checkpoint withoutFileFacts(Checkpoint checkpoint)
{
    std::erase_if(checkpoint.provenance,
                  [](const auto& entry) { return entry.first == kOptimizerStateEntry; });
    return checkpoint;
}

/// Every tensor the configuration calls for, so that what is written can be read back.
Result<void> checkComplete(const Checkpoint& checkpoint)
{
    if (auto done = checkpoint.config.validate(); !done)
        return done;
    for (const auto& [name, shape] : expectedTensors(checkpoint.config)) {
        const auto* tensor = checkpoint.find(name);
        const auto bytes = [&] {
            return static_cast<std::size_t>(tensor->numel()) * itemSize(tensor->dtype);
        };
        if (!tensor || tensor->shape != shape || !isFloating(tensor->dtype) || !tensor->bytes
            || tensor->bytes->size() != bytes())
            return Error{"cannot write the model: its tensor " + name + " is missing or not "
                         + toString(shape)};
    }
    return {};
}

} // namespace

Result<void> writeCheckpoint(const Checkpoint& original, const std::filesystem::path& path,
                             bool force, const TrainingState* training)
{
    if (auto done = checkComplete(original); !done)
        return done;
    const auto checkpoint = withoutFileFacts(original);
    const auto extension = path.extension();
    if (extension == ".pt")
        return writeTorch(checkpoint, training, path, force);
    if (extension == ".safetensors" && !training)
        return writeSafetensors(checkpoint.tensors, metadataOf(checkpoint), path, force);
    return Error{"cannot tell the format of " + path.string() + ": give it the extension .pt"
                 + (training ? "" : " or .safetensors")};
}

} // namespace phono
