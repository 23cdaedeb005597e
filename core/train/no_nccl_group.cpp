#include "core/train/nccl_group.h"

#include <torch/csrc/distributed/c10d/Store.hpp>

namespace phono {

std::unique_ptr<NcclGroup> makeNcclGroup(const c10::intrusive_ptr<c10d::Store>&,
                                         const ProcessPlace&, std::chrono::milliseconds)
{
    return nullptr;
}

} // namespace phono
