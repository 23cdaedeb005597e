#include "core/model/precision.h"

namespace phono {

std::string toString(Precision precision)
{
    switch (precision) {
    case Precision::Fp32:
        return "fp32";
    case Precision::Bf16x3:
        return "bf16x3";
    case Precision::Bf16:
        return "bf16";
    }
    return {};
}

Result<Precision> parsePrecision(std::string_view text)
{
    for (const auto precision : {Precision::Fp32, Precision::Bf16x3, Precision::Bf16}) {
        if (text == toString(precision))
            return precision;
    }
    return Error{"unknown precision \"" + std::string(text) + "\": expected fp32, bf16x3 or bf16"};
}

} // namespace phono
