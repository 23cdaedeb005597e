#include "core/train/nccl_group.h"

// LibTorch's headers declare NCCL's process group only then.
#define USE_C10D_NCCL 1
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

#include <utility>
#include <vector>

namespace phono {
namespace {

class TorchNcclGroup : public NcclGroup {
public:
    TorchNcclGroup(const c10::intrusive_ptr<c10d::Store>& store, const ProcessPlace& place,
                   std::chrono::milliseconds timeout)
    {
        auto options = c10d::ProcessGroupNCCL::Options::create();
        options->timeout = timeout;
        m_group =
            c10::make_intrusive<c10d::ProcessGroupNCCL>(store, place.rank, place.size, options);
    }

    void startSum(at::Tensor values) override
    {
        std::vector<at::Tensor> sent = {std::move(values)};
        m_pending.push_back(m_group->allreduce(sent));
    }
    void finish() override
    {
        for (const auto& work : std::exchange(m_pending, {}))
            work->wait();
    }
    void broadcast(at::Tensor values) override
    {
        std::vector<at::Tensor> sent = {std::move(values)};
        m_group->broadcast(sent)->wait();
    }

private:
    c10::intrusive_ptr<c10d::ProcessGroupNCCL> m_group;
    std::vector<c10::intrusive_ptr<c10d::Work>> m_pending;
};

} // namespace

std::unique_ptr<NcclGroup> makeNcclGroup(const c10::intrusive_ptr<c10d::Store>& store,
                                         const ProcessPlace& place,
                                         std::chrono::milliseconds timeout)
{
    return std::make_unique<TorchNcclGroup>(store, place, timeout);
}

} // namespace phono
