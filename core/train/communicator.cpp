#include "core/train/communicator.h"

#include "core/model/graph.h"
#include "core/train/nccl_group.h"

// LibTorch's headers declare Gloo's process group only then.
#define USE_C10D_GLOO 1
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>
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
    GlooCommunicator(const ProcessPlace& place, c10::intrusive_ptr<c10d::TCPStore> store,
                     at::Device device, std::chrono::milliseconds timeout);
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

c10d::TCPStoreOptions storeOptions(const ProcessPlace& place)
{
    c10d::TCPStoreOptions options;
    options.port = static_cast<std::uint16_t>(place.port);
    options.isServer = place.rank == 0 && place.hostsStore;
    options.numWorkers = place.size;
    options.waitWorkers = false; // see meet()
    speakPlainProtocol(options, 0);
    return options;
}

/// A launcher that starts its processes again keeps its store, with all that is in it.
std::string attempt()
{
    const char* restarts = std::getenv("TORCHELASTIC_RESTART_COUNT");
    return restarts ? restarts : "0";
}

/// Waits until all processes know the store. Null when stopped.
c10::intrusive_ptr<c10d::TCPStore>
meet(const ProcessPlace& place, std::chrono::milliseconds timeout, const std::stop_token& stop)
{
    using namespace std::chrono_literals;
    const auto end = std::chrono::steady_clock::now() + timeout;
    c10::intrusive_ptr<c10d::TCPStore> store;
    auto options = storeOptions(place);
    // LibTorch waits without looking up: in small portions, a stop request is heard.
    while (!store && !stop.stop_requested()) {
        options.timeout = options.isServer ? timeout : std::min(timeout, 2000ms);
        try {
            store = c10::make_intrusive<c10d::TCPStore>(place.host, options);
        } catch (const std::exception&) {
            if (options.isServer || std::chrono::steady_clock::now() > end)
                throw;
        }
    }
    if (!store)
        return store;
    store->setTimeout(timeout);
    const auto key = "met/" + attempt();
    auto present = store->add(key, 1);
    while (present < place.size && !stop.stop_requested()) {
        TORCH_CHECK(std::chrono::steady_clock::now() < end, "after ", timeout.count() / 1000,
                    " s there are only ", present);
        std::this_thread::sleep_for(20ms);
        present = store->add(key, 0);
    }
    if (stop.stop_requested())
        store.reset();
    return store;
}

GlooCommunicator::GlooCommunicator(const ProcessPlace& place,
                                   c10::intrusive_ptr<c10d::TCPStore> store, at::Device device,
                                   std::chrono::milliseconds timeout)
    : m_place(place)
    , m_store(std::move(store))
{
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
    const auto partOf = [&](const std::string& name) {
        return c10::make_intrusive<c10d::PrefixStore>(name + "/" + attempt(), m_store);
    };
    m_group = c10::make_intrusive<c10d::ProcessGroupGloo>(partOf("phonoscope"), place.rank,
                                                          place.size, options);
    if (device.is_cuda())
        m_cards = makeNcclGroup(partOf("cards"), place, timeout);
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
                                                    double timeoutSeconds,
                                                    const std::stop_token& stop)
{
    if (place.size == 1)
        return makeLoneCommunicator();
    const std::chrono::milliseconds timeout(static_cast<std::int64_t>(timeoutSeconds * 1000));
    const auto what = "process " + std::to_string(place.rank) + " of " + std::to_string(place.size)
        + " cannot meet the others at " + place.host + ":" + std::to_string(place.port);
    using Made = std::unique_ptr<Communicator>;
    return withTorch<Made>(what, [&]() -> Result<Made> {
        auto store = meet(place, timeout, stop);
        if (!store)
            return Error::cancelled();
        return Made(std::make_unique<GlooCommunicator>(place, std::move(store), device, timeout));
    });
}

} // namespace phono
