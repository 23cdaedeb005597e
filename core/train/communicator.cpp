#include "core/train/communicator.h"

#include "core/train/nccl_group.h"

// LibTorch's headers declare Gloo's process group only then.
#define USE_C10D_GLOO 1
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <chrono>
#include <utility>
#include <vector>

namespace phono {
namespace {

class LoneCommunicator : public Communicator {
public:
    int rank() const override { return 0; }
    int size() const override { return 1; }
    void startSum(at::Tensor) override { }
    void finish() override { }
    void broadcast(at::Tensor) override { }
};

/// Sums over TCP by Gloo, and between graphics cards by NCCL. Without NCCL the cards' tensors
/// travel through the processor's memory.
class GlooCommunicator : public Communicator {
public:
    GlooCommunicator(const ProcessPlace& place, at::Device device,
                     std::chrono::milliseconds timeout);
    ~GlooCommunicator() override { m_pending.clear(); }

    int rank() const override { return m_place.rank; }
    int size() const override { return m_place.size; }
    void startSum(at::Tensor values) override;
    void finish() override;
    void broadcast(at::Tensor values) override;

private:
    struct Pending {
        at::Tensor target;
        std::vector<at::Tensor> sent; // what Gloo works on: must live as long as the work
        c10::intrusive_ptr<c10d::Work> work;
    };

    ProcessPlace m_place;
    c10::intrusive_ptr<c10d::TCPStore> m_store;
    c10::intrusive_ptr<c10d::ProcessGroupGloo> m_group;
    std::unique_ptr<NcclGroup> m_cards; // null: there are none, or no NCCL
    std::vector<Pending> m_pending;
};

/// LibTorch 2.4 and later would use another protocol than older launchers' stores speak.
template <typename Options>
auto speakPlainProtocol(Options& options, int) -> decltype(options.useLibUV, void())
{
    options.useLibUV = false;
}
template <typename Options>
void speakPlainProtocol(Options&, long)
{
}

GlooCommunicator::GlooCommunicator(const ProcessPlace& place, at::Device device,
                                   std::chrono::milliseconds timeout)
    : m_place(place)
{
    c10d::TCPStoreOptions storeOptions;
    storeOptions.port = static_cast<std::uint16_t>(place.port);
    storeOptions.isServer = place.rank == 0 && place.hostsStore;
    storeOptions.numWorkers = place.size;
    storeOptions.waitWorkers = true;
    storeOptions.timeout = timeout;
    speakPlainProtocol(storeOptions, 0);
    m_store = c10::make_intrusive<c10d::TCPStore>(place.host, storeOptions);

    auto options = c10d::ProcessGroupGloo::Options::create(timeout);
    const bool here = place.host == "127.0.0.1" || place.host == "localhost";
    const char* interface = std::getenv("GLOO_SOCKET_IFNAME");
    if (interface && *interface)
        options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForInterface(interface));
    else if (here)
        options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1"));
    else
        options->devices.push_back(c10d::ProcessGroupGloo::createDefaultDevice());
    options->threads = 2;
    m_group = c10::make_intrusive<c10d::ProcessGroupGloo>(
        c10::make_intrusive<c10d::PrefixStore>("phonoscope", m_store), place.rank, place.size,
        options);
    if (device.is_cuda())
        m_cards =
            makeNcclGroup(c10::make_intrusive<c10d::PrefixStore>("cards", m_store), place, timeout);
}

void GlooCommunicator::startSum(at::Tensor values)
{
    if (m_cards && values.is_cuda())
        return m_cards->startSum(std::move(values));
    Pending pending{values, {values.device().is_cpu() ? values : values.cpu()}, {}};
    pending.work = m_group->allreduce(pending.sent);
    m_pending.push_back(std::move(pending));
}

void GlooCommunicator::finish()
{
    for (auto& pending : m_pending) {
        pending.work->wait();
        if (!pending.target.device().is_cpu())
            pending.target.copy_(pending.sent.front());
    }
    m_pending.clear();
    if (m_cards)
        m_cards->finish();
}

void GlooCommunicator::broadcast(at::Tensor values)
{
    if (m_cards && values.is_cuda())
        return m_cards->broadcast(std::move(values));
    std::vector<at::Tensor> sent = {values.device().is_cpu() ? values : values.cpu()};
    m_group->broadcast(sent)->wait();
    if (!values.device().is_cpu())
        values.copy_(sent.front());
}

} // namespace

std::unique_ptr<Communicator> makeLoneCommunicator()
{
    return std::make_unique<LoneCommunicator>();
}

Result<std::unique_ptr<Communicator>> joinProcesses(const ProcessPlace& place, at::Device device,
                                                    double timeoutSeconds)
{
    if (place.size == 1)
        return makeLoneCommunicator();
    const std::chrono::milliseconds timeout(static_cast<std::int64_t>(timeoutSeconds * 1000));
    try {
        return std::unique_ptr<Communicator>(
            std::make_unique<GlooCommunicator>(place, device, timeout));
    } catch (const c10::Error& error) {
        return Error{"process " + std::to_string(place.rank) + " of " + std::to_string(place.size)
                     + " cannot meet the others at " + place.host + ":" + std::to_string(place.port)
                     + ": " + error.what_without_backtrace()};
    } catch (const std::exception& error) {
        return Error{"process " + std::to_string(place.rank) + " of " + std::to_string(place.size)
                     + " cannot meet the others at " + place.host + ":" + std::to_string(place.port)
                     + ": " + error.what()};
    }
}

} // namespace phono
