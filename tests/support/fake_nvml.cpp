// A management library of a machine with one graphics card, for tests. Loaded at run time.

#include <cstring>

namespace {

int s_users = 0;
int s_card = 0;

int answer(const void* device)
{
    constexpr int kUninitialized = 1;
    constexpr int kInvalidArgument = 2;
    return s_users == 0 ? kUninitialized : device == &s_card ? 0 : kInvalidArgument;
}

} // namespace

extern "C" {

int nvmlInit_v2()
{
    ++s_users;
    return 0;
}

int nvmlShutdown()
{
    --s_users;
    return 0;
}

int nvmlDeviceGetHandleByPciBusId_v2(const char* id, void** device)
{
    constexpr int kNotFound = 6;
    if (std::strcmp(id, "0000:3b:00.0") != 0)
        return kNotFound;
    *device = &s_card;
    return answer(*device);
}

int nvmlDeviceGetUtilizationRates(void* device, unsigned* percent)
{
    percent[0] = 87;
    percent[1] = 40;
    return answer(device);
}

int nvmlDeviceGetMemoryInfo(void* device, unsigned long long* bytes)
{
    bytes[0] = 80ULL << 30;
    bytes[1] = 68ULL << 30;
    bytes[2] = 12ULL << 30;
    return answer(device);
}

int nvmlDeviceGetTemperature(void* device, int sensor, unsigned* degrees)
{
    *degrees = 63;
    return sensor == 0 ? answer(device) : 2;
}
}
