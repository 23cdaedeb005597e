#include "core/train/gradient_buckets.h"

#include <algorithm>
#include <utility>

namespace phono {

GradientBuckets::GradientBuckets(Communicator& processes, at::Tensor gradients, double bucketBytes)
    : m_processes(processes)
    , m_gradients(std::move(gradients))
    , m_bucket(std::max<std::int64_t>(1, static_cast<std::int64_t>(bucketBytes / sizeof(float))))
    , m_begin(m_gradients.numel())
{
}

void GradientBuckets::ready(std::int64_t first)
{
    if (m_processes.size() == 1)
        return;
    while (m_begin > first) {
        const auto begin = std::max<std::int64_t>(0, m_begin - m_bucket);
        if (begin < first)
            return;
        m_processes.startSum(m_gradients.narrow(0, begin, m_begin - begin));
        m_begin = begin;
    }
}

} // namespace phono
