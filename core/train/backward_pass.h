#pragma once

#include "core/train/training_network.h"

#include <string>
#include <vector>

namespace phono {

/// The backward pass through a network that was cut between its modules on the way forward.
///
/// Going from module to module, it knows on the calling thread which gradients are final, whatever
/// threads LibTorch's engine uses, and frees each module's memory when it is done.
class BackwardPass {
public:
    BackwardPass(const FlatParameters& parameters, TrainingNetwork::GradientsReady ready);

    /// Cuts the graph behind `module`: what is to go on in the place of `output`.
    at::Tensor cut(const std::string& module, const at::Tensor& output);
    /// A summand of the loss, `weight` times `value`, that was made within `module`.
    void addLoss(const std::string& module, const at::Tensor& value, double weight);
    /// Differentiates; the modules behind the last cut are those of `head`.
    void run(const std::string& head, const at::Tensor& loss, double scale);

private:
    struct Segment {
        std::string module;
        std::vector<at::Tensor> roots; ///< the module's output, and summands of the loss
        std::vector<at::Tensor> gradients; ///< of the roots but the first
        at::Tensor next; ///< the leaf that took the output's place
    };
    void differentiate(const Segment& segment) const;
    void finish(const std::string& module);

    const FlatParameters& m_parameters;
    TrainingNetwork::GradientsReady m_ready;
    std::vector<Segment> m_segments;
    std::vector<bool> m_final; ///< of each entry of the parameters
    std::size_t m_firstFinal; ///< entries from here on are final, and were said to be
};

} // namespace phono
