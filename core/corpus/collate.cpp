#include "core/corpus/collate.h"

#include "core/base/sample_source.h"
#include "core/corpus/crop_reader.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <optional>

namespace phono {
namespace {

/// What is known of a batch while it is made.
class Collator {
public:
    Collator(const Corpus& corpus, const BatchSeed& seed, const CollateOptions& options,
             const std::stop_token& stop)
        : m_corpus(corpus)
        , m_seed(seed)
        , m_options(options)
        , m_stop(stop)
    {
    }

    Result<Collated> run(std::span<const std::uint32_t> recordings)
    {
        for (std::size_t i = 0; i < recordings.size() && !m_stop.stop_requested(); ++i)
            open(recordings[i], i);
        while (!m_items.empty() && !m_stop.stop_requested()) {
            if (cut())
                break;
        }
        if (m_stop.stop_requested())
            return Error::cancelled();
        return std::move(m_result);
    }

private:
    struct Item {
        std::uint32_t recording;
        std::size_t position; ///< in the planned batch
        CropReader reader;
    };

    void open(std::uint32_t recording, std::size_t position);
    /// False if a recording turned out otherwise than thought; then everything must be cut anew.
    bool cut();
    bool isLongEnough(const Item& item);
    void reconsider(std::vector<Item>::iterator item, const Error& error);
    void skip(std::uint32_t recording, std::string reason);

    const Corpus& m_corpus;
    const BatchSeed& m_seed;
    const CollateOptions& m_options;
    const std::stop_token& m_stop;
    std::vector<Item> m_items;
    Collated m_result;
};

void Collator::skip(std::uint32_t recording, std::string reason)
{
    m_result.skipped.push_back({recording, m_corpus.path(recording).string(), std::move(reason)});
}

void Collator::open(std::uint32_t recording, std::size_t position)
{
    auto reader = CropReader::open(m_corpus.path(recording),
                                   {m_options.maxSampleSize, m_options.normalize}, m_stop);
    if (!reader) {
        skip(recording, reader.error().message);
        return;
    }
    Item item = {recording, position, *std::move(reader)};
    if (isLongEnough(item))
        m_items.push_back(std::move(item));
}

bool Collator::isLongEnough(const Item& item)
{
    if (item.reader.size() >= std::max<std::int64_t>(m_options.minSampleSize, 1))
        return true;
    skip(item.recording,
         m_corpus.path(item.recording).string() + " has " + std::to_string(item.reader.size())
             + " samples, fewer than task.min_sample_size");
    return false;
}

bool Collator::cut()
{
    auto length = m_options.maxSampleSize;
    for (const Item& item : m_items)
        length = std::min(length, item.reader.size());
    Batch& batch = m_result.batch;
    const auto row = static_cast<std::size_t>(length);
    batch.samples.resize(m_items.size() * row);
    for (std::size_t i = 0; i < m_items.size(); ++i) {
        const CropReader& reader = m_items[i].reader;
        const auto start = drawCropStart(m_seed, m_items[i].position, reader.size() - length + 1);
        const auto out = std::span(batch.samples).subspan(i * row, row);
        if (auto done = reader.read(start, out); !done) {
            reconsider(m_items.begin() + static_cast<std::ptrdiff_t>(i), done.error());
            batch.samples.clear();
            return false;
        }
    }
    batch.count = static_cast<std::int64_t>(m_items.size());
    batch.length = length;
    for (const Item& item : m_items)
        batch.files.push_back(m_corpus.path(item.recording).string());
    batch.audioSeconds = static_cast<double>(batch.count * length) / kModelRate;
    return true;
}

/// A header may have lied: what can really be decoded counts.
void Collator::reconsider(std::vector<Item>::iterator item, const Error& error)
{
    if (!item->reader.wasDecoded()) {
        auto decoded = item->reader.decode(m_stop);
        if (decoded && isLongEnough(*item))
            return;
        if (!decoded)
            skip(item->recording, decoded.error().message);
    } else {
        skip(item->recording, error.message);
    }
    m_items.erase(item);
}

} // namespace

Result<Collated> collate(const Corpus& corpus, std::span<const std::uint32_t> recordings,
                         const BatchSeed& seed, const CollateOptions& options,
                         const std::stop_token& stop)
{
    return Collator(corpus, seed, options, stop).run(recordings);
}

} // namespace phono
