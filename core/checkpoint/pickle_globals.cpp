#include "core/checkpoint/pickle_globals.h"

#include <algorithm>
#include <array>

namespace phono {
namespace {

struct Global {
    std::string_view name;
    GlobalRole role;
};

constexpr std::array kGlobals = {
    Global{"collections.OrderedDict", GlobalRole::Dictionary},
    Global{"collections.defaultdict", GlobalRole::Dictionary},

    Global{"torch._utils._rebuild_tensor_v2", GlobalRole::Record},
    Global{"torch._utils._rebuild_parameter", GlobalRole::Record},
    Global{"torch.FloatStorage", GlobalRole::Name},
    Global{"torch.DoubleStorage", GlobalRole::Name},
    Global{"torch.HalfStorage", GlobalRole::Name},
    Global{"torch.BFloat16Storage", GlobalRole::Name},
    Global{"torch.LongStorage", GlobalRole::Name},
    Global{"torch.IntStorage", GlobalRole::Name},
    Global{"torch.ShortStorage", GlobalRole::Name},
    Global{"torch.CharStorage", GlobalRole::Name},
    Global{"torch.ByteStorage", GlobalRole::Name},
    Global{"torch.BoolStorage", GlobalRole::Name},
    Global{"torch.ComplexFloatStorage", GlobalRole::Name},
    Global{"torch.ComplexDoubleStorage", GlobalRole::Name},

    // fairseq of 2019 and 2020: options and the trainer's meters.
    Global{"argparse.Namespace", GlobalRole::Record},
    Global{"fairseq.meters.AverageMeter", GlobalRole::Record},
    Global{"fairseq.meters.TimeMeter", GlobalRole::Record},
    Global{"fairseq.meters.StopwatchMeter", GlobalRole::Record},

    // Numpy scalars, by the old and the new name of the module.
    Global{"numpy.core.multiarray.scalar", GlobalRole::Record},
    Global{"numpy._core.multiarray.scalar", GlobalRole::Record},
    Global{"numpy.dtype", GlobalRole::Record},
    Global{"_codecs.encode", GlobalRole::Record},

    // Configurations of fairseq 1.0.0a0.
    Global{"omegaconf.dictconfig.DictConfig", GlobalRole::Record},
    Global{"omegaconf.listconfig.ListConfig", GlobalRole::Record},
    Global{"omegaconf.base.ContainerMetadata", GlobalRole::Record},
    Global{"omegaconf.base.Metadata", GlobalRole::Record},
    Global{"omegaconf.nodes.AnyNode", GlobalRole::Record},
    Global{"omegaconf.nodes.BooleanNode", GlobalRole::Record},
    Global{"omegaconf.nodes.EnumNode", GlobalRole::Record},
    Global{"omegaconf.nodes.FloatNode", GlobalRole::Record},
    Global{"omegaconf.nodes.IntegerNode", GlobalRole::Record},
    Global{"omegaconf.nodes.StringNode", GlobalRole::Record},
    Global{"typing.Any", GlobalRole::Name},
    Global{"__builtin__.dict", GlobalRole::Name},
    Global{"__builtin__.list", GlobalRole::Name},
    Global{"__builtin__.long", GlobalRole::Name},
    Global{"builtins.dict", GlobalRole::Name},
    Global{"builtins.list", GlobalRole::Name},
    Global{"builtins.int", GlobalRole::Name},
};

/// fairseq 1.0.0a0 may store members of its enumerations, which all live in this module.
constexpr std::string_view kEnumerations = "fairseq.dataclass.constants.";

} // namespace

GlobalRole roleOfGlobal(std::string_view name)
{
    const auto found = std::ranges::find(kGlobals, name, &Global::name);
    if (found != kGlobals.end())
        return found->role;
    return name.starts_with(kEnumerations) ? GlobalRole::Record : GlobalRole::Unknown;
}

} // namespace phono
