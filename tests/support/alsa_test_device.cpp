// A sound device without hardware, as a plug-in of ALSA (type "phonotest"). It runs in real time,
// or `speed` times as fast, with 32 bit floats and exactly the samples of files; what is recorded
// waits for who is late, so that a busy machine loses nothing:
//   outfile     what is played goes here, from the beginning with each stream
//   infile      what is recorded comes from here, channels in turn, over and over
//   rate, channels, speed
//   mmap        1: has no buffer of its own for who records
//   exclusive   1: only one stream at a time can have it open, as with most hardware
//   overrun_at  frames after which it once says that samples were lost
//   fail_after  frames after which the device is gone, as if unplugged
//   stall_after frames after which it does nothing any more, without an error

#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <memory>
#include <string>
#include <sys/file.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <utility>
#include <vector>

extern "C" {
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
}

namespace {

struct TestDevice {
    TestDevice() = default;
    ~TestDevice()
    {
        for (const int descriptor : {timer, lock})
            if (descriptor >= 0)
                close(descriptor);
    }
    TestDevice(const TestDevice&) = delete;
    TestDevice& operator=(const TestDevice&) = delete;

    snd_pcm_ioplug_t io = {};
    std::string infile;
    std::string outfile;
    long rate = 16000;
    long channels = 1;
    double speed = 1;
    long failAfter = 0;
    long stallAfter = 0;
    long mmap = 0;
    long exclusive = 0;
    long overrunAt = 0;

    int timer = -1;
    int lock = -1;
    std::vector<float> recorded;
    std::ofstream played;
    bool running = false;
    bool gone = false;
    bool hung = false;
    timespec begin = {};
    snd_pcm_uframes_t transferred = 0; ///< since the stream was prepared
};

TestDevice& device(snd_pcm_ioplug_t* io)
{
    return *static_cast<TestDevice*>(io->private_data);
}

/// Frames that the device has played or recorded.
snd_pcm_uframes_t position(const TestDevice& self)
{
    timespec now = {};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const double seconds = static_cast<double>(now.tv_sec - self.begin.tv_sec)
        + static_cast<double>(now.tv_nsec - self.begin.tv_nsec) * 1e-9;
    return static_cast<snd_pcm_uframes_t>(seconds * self.io.rate * self.speed);
}

int prepare(snd_pcm_ioplug_t* io)
{
    auto& self = device(io);
    if (self.gone)
        return -ENODEV;
    if (self.hung)
        self.stallAfter = 1; // starting it again does not help
    self.transferred = 0;
    self.running = false;
    // From now on, not from start() on: who writes waits for room before the device runs.
    const timespec time = {0, 2'000'000};
    const itimerspec both = {time, time};
    timerfd_settime(self.timer, 0, &both, nullptr);
    return 0;
}

int start(snd_pcm_ioplug_t* io)
{
    auto& self = device(io);
    clock_gettime(CLOCK_MONOTONIC, &self.begin);
    self.running = true;
    return 0;
}

int stop(snd_pcm_ioplug_t* io)
{
    device(io).running = false;
    return 0;
}

snd_pcm_sframes_t pointer(snd_pcm_ioplug_t* io)
{
    auto& self = device(io);
    if (!self.running)
        return 0;
    auto frames = position(self);
    if (self.failAfter > 0 && frames > static_cast<snd_pcm_uframes_t>(self.failAfter)) {
        self.gone = true;
        return -ENODEV;
    }
    if (self.stallAfter > 0 && frames > static_cast<snd_pcm_uframes_t>(self.stallAfter)) {
        frames = static_cast<snd_pcm_uframes_t>(self.stallAfter);
        self.hung = true;
    }
    if (self.overrunAt > 0 && frames > static_cast<snd_pcm_uframes_t>(self.overrunAt)) {
        self.overrunAt = 0;
        return -EPIPE;
    }
    if (io->stream == SND_PCM_STREAM_PLAYBACK)
        frames = std::min(frames, self.transferred);
    else
        frames = std::min(frames, self.transferred + io->buffer_size);
    return static_cast<snd_pcm_sframes_t>(frames);
}

snd_pcm_sframes_t transfer(snd_pcm_ioplug_t* io, const snd_pcm_channel_area_t* areas,
                           snd_pcm_uframes_t offset, snd_pcm_uframes_t frames)
{
    auto& self = device(io);
    auto* bytes = static_cast<char*>(areas->addr) + (areas->first + areas->step * offset) / 8;
    auto* samples = reinterpret_cast<float*>(bytes);
    const auto count = frames * io->channels;
    if (io->stream == SND_PCM_STREAM_PLAYBACK) {
        if (!self.played.is_open())
            self.played.open(self.outfile, std::ios::binary);
        self.played.write(bytes, static_cast<std::streamsize>(count * sizeof(float)));
        self.played.flush();
    } else {
        for (snd_pcm_uframes_t i = 0; i < count; ++i)
            samples[i] =
                self.recorded[(self.transferred * io->channels + i) % self.recorded.size()];
    }
    self.transferred += frames;
    return static_cast<snd_pcm_sframes_t>(frames);
}

int pollEvents(snd_pcm_ioplug_t* io, pollfd* descriptors, unsigned, unsigned short* events)
{
    auto& self = device(io);
    *events = 0;
    if (!(descriptors->revents & POLLIN))
        return 0;
    const auto ready = io->stream == SND_PCM_STREAM_PLAYBACK ? POLLOUT : POLLIN;
    const auto available = snd_pcm_avail_update(io->pcm);
    if (self.gone || available < 0) {
        *events = static_cast<unsigned short>(POLLERR | ready);
        return 0;
    }
    unsigned long long expirations = 0;
    [[maybe_unused]] const auto got = read(self.timer, &expirations, sizeof expirations);
    if (available >= static_cast<snd_pcm_sframes_t>(io->period_size))
        *events = static_cast<unsigned short>(ready);
    return 0;
}

int closeDevice(snd_pcm_ioplug_t* io)
{
    delete &device(io);
    return 0;
}

bool readSetting(TestDevice& self, const std::string& id, snd_config_t* node)
{
    const char* text = nullptr;
    if (id == "infile" || id == "outfile") {
        if (snd_config_get_string(node, &text) < 0)
            return false;
        (id == "infile" ? self.infile : self.outfile) = text;
        return true;
    }
    if (id == "speed")
        return snd_config_get_ireal(node, &self.speed) == 0;
    for (const auto& [name, value] :
         {std::pair("rate", &self.rate), std::pair("channels", &self.channels),
          std::pair("fail_after", &self.failAfter), std::pair("stall_after", &self.stallAfter),
          std::pair("mmap", &self.mmap), std::pair("exclusive", &self.exclusive),
          std::pair("overrun_at", &self.overrunAt)})
        if (id == name)
            return snd_config_get_integer(node, value) == 0;
    return false;
}

bool readRecording(TestDevice& self)
{
    std::ifstream file(self.infile, std::ios::binary);
    float sample = 0;
    while (file.read(reinterpret_cast<char*>(&sample), sizeof sample))
        self.recorded.push_back(sample);
    return !self.recorded.empty();
}

snd_pcm_ioplug_callback_t callbacks()
{
    snd_pcm_ioplug_callback_t table = {};
    table.start = start;
    table.stop = stop;
    table.pointer = pointer;
    table.transfer = transfer;
    table.close = closeDevice;
    table.prepare = prepare;
    table.poll_revents = pollEvents;
    return table;
}

const snd_pcm_ioplug_callback_t kCallbacks = callbacks();

void setRange(TestDevice& self, int parameter, long low, long high)
{
    snd_pcm_ioplug_set_param_minmax(&self.io, parameter, static_cast<unsigned>(low),
                                    static_cast<unsigned>(high));
}

} // namespace

extern "C" {

SND_PCM_PLUGIN_DEFINE_FUNC(phonotest)
{
    (void)root;
    auto self = std::make_unique<TestDevice>();
    snd_config_iterator_t i = nullptr;
    snd_config_iterator_t next = nullptr;
    snd_config_for_each(i, next, conf)
    {
        auto* node = snd_config_iterator_entry(i);
        const char* id = nullptr;
        if (snd_config_get_id(node, &id) < 0)
            continue;
        const std::string setting = id;
        if (setting == "type" || setting == "comment" || setting == "hint")
            continue;
        if (!readSetting(*self, setting, node))
            return -EINVAL;
    }
    if (stream == SND_PCM_STREAM_CAPTURE ? !readRecording(*self) : self->outfile.empty())
        return -ENODEV;

    if (self->exclusive) {
        const auto& file = stream == SND_PCM_STREAM_CAPTURE ? self->infile : self->outfile;
        self->lock = open(file.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
        if (flock(self->lock, LOCK_EX | LOCK_NB) != 0)
            return -EBUSY;
    }
    self->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    self->io.version = SND_PCM_IOPLUG_VERSION;
    self->io.name = "test device";
    self->io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC | SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
    self->io.callback = &kCallbacks;
    self->io.mmap_rw = self->mmap != 0;
    self->io.private_data = self.get();
    self->io.poll_fd = self->timer;
    self->io.poll_events = POLLIN;
    if (const int error = snd_pcm_ioplug_create(&self->io, name, stream, mode); error < 0)
        return error;
    const unsigned access =
        self->mmap ? SND_PCM_ACCESS_MMAP_INTERLEAVED : SND_PCM_ACCESS_RW_INTERLEAVED;
    const unsigned format = SND_PCM_FORMAT_FLOAT_LE;
    snd_pcm_ioplug_set_param_list(&self->io, SND_PCM_IOPLUG_HW_ACCESS, 1, &access);
    snd_pcm_ioplug_set_param_list(&self->io, SND_PCM_IOPLUG_HW_FORMAT, 1, &format);
    setRange(*self, SND_PCM_IOPLUG_HW_CHANNELS, self->channels, self->channels);
    setRange(*self, SND_PCM_IOPLUG_HW_RATE, self->rate, self->rate);
    setRange(*self, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 64, 65536);
    setRange(*self, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 256, 262144);
    setRange(*self, SND_PCM_IOPLUG_HW_PERIODS, 2, 64);
    *pcmp = self.release()->io.pcm;
    return 0;
}
SND_PCM_PLUGIN_SYMBOL(phonotest)

} // extern "C"
