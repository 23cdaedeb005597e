#include "core/model/tile_walk.h"

namespace phono {
namespace {

/// The tile registers of the calling thread, all 16 rows of 64 bytes.
///
/// GCC's intrinsics are macros that take only literal numbers, hence the instructions themselves.
class AmxTiles {
public:
    AmxTiles()
    {
        struct alignas(64) Configuration {
            unsigned char palette = 1;
            unsigned char startRow = 0;
            unsigned char reserved[14] = {};
            unsigned short rowBytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
            unsigned char rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
        };
        static_assert(sizeof(Configuration) == 64);
        const Configuration configuration;
        asm volatile("ldtilecfg %0" : : "m"(configuration));
    }
    ~AmxTiles() { asm volatile("tilerelease" : : : "memory"); }
    AmxTiles(const AmxTiles&) = delete;
    AmxTiles& operator=(const AmxTiles&) = delete;

    template <int kTile>
    void loadSums(const float* from, std::size_t step) const
    {
        load<kTile>(from, step);
    }
    template <int kTile>
    void storeSums(float* to, std::size_t step) const
    {
        asm volatile("tilestored %%tmm%c2, (%0,%1,1)"
                     :
                     : "r"(to), "r"(step), "i"(kTile)
                     : "memory");
    }
    template <int kTile>
    void loadInput(const BFloat16* from, std::size_t step) const
    {
        load<kTile>(from, step);
    }
    template <int kTile>
    void loadWeights(const BFloat16* from) const
    {
        load<kTile>(from, 64);
    }
    template <int kSums, int kInput, int kWeights>
    void multiply() const
    {
        asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0"
                     :
                     : "i"(kSums), "i"(kInput), "i"(kWeights));
    }

private:
    template <int kTile>
    static void load(const void* from, std::size_t step)
    {
        asm volatile("tileloadd (%0,%1,1), %%tmm%c2"
                     :
                     : "r"(from), "r"(step), "i"(kTile)
                     : "memory");
    }
};

} // namespace

void addProductsAmx(const PackedConv<BFloat16>& conv, const BFloat16* in, int rows, float* out)
{
    TileWalk<AmxTiles>(conv).add(in, rows, out);
}

} // namespace phono
