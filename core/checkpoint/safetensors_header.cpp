#include "core/checkpoint/safetensors_header.h"

#include "core/checkpoint/printable.h"

#include <nlohmann/json.hpp>
#include <unordered_set>

namespace phono {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxNumbers = 32;
constexpr std::string_view kMetadata = "__metadata__";

/// Takes the JSON's events as they come. Level 1 is the header's object, level 2 one in it.
class HeaderEvents : public nlohmann::json_sax<Json> {
public:
    bool null() override { return unexpected(); }
    bool boolean(bool) override { return unexpected(); }
    bool number_integer(std::int64_t) override { return unexpected(); }
    bool number_float(double, const std::string&) override { return unexpected(); }
    bool binary(Json::binary_t&) override { return unexpected(); }

    bool number_unsigned(std::uint64_t value) override
    {
        if (!m_numbers || m_numbers->size() == kMaxNumbers
            || value > static_cast<std::uint64_t>(INT64_MAX))
            return unexpected();
        m_numbers->push_back(static_cast<std::int64_t>(value));
        return true;
    }

    bool string(std::string& value) override
    {
        if (m_level != 2 || m_numbers)
            return unexpected();
        if (m_inMetadata)
            m_header.metadata[m_field] = std::move(value);
        else if (m_field == "dtype")
            m_header.entries.back().dtype = std::move(value);
        else
            return unexpected();
        return true;
    }

    bool start_object(std::size_t) override
    {
        if (m_level == 2 || m_numbers)
            return unexpected();
        ++m_level;
        m_fields.clear();
        return true;
    }

    bool key(std::string& name) override
    {
        auto& known = m_level == 1 ? m_names : m_fields;
        if (!known.insert(name).second)
            return fail("its header has " + printable(name) + " twice");
        if (m_level == 2) {
            m_field = std::move(name);
            return true;
        }
        m_inMetadata = name == kMetadata;
        if (!m_inMetadata)
            m_header.entries.push_back({std::move(name), {}, {}, {}});
        return true;
    }

    bool end_object() override
    {
        --m_level;
        const bool tensor = m_level == 1 && !m_inMetadata;
        if (tensor && (m_fields.size() != 3 || m_header.entries.back().offsets.size() != 2))
            return unexpected();
        return true;
    }

    bool start_array(std::size_t) override
    {
        if (m_level != 2 || m_inMetadata || m_numbers)
            return unexpected();
        auto& entry = m_header.entries.back();
        if (m_field == "shape")
            m_numbers = &entry.shape;
        else if (m_field == "data_offsets")
            m_numbers = &entry.offsets;
        return m_numbers || unexpected();
    }

    bool end_array() override
    {
        m_numbers = nullptr;
        return true;
    }

    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::detail::exception&) override
    {
        return fail("its header is not JSON from byte " + std::to_string(position) + " on");
    }

    SafetensorsHeader& header() { return m_header; }
    const std::string& problem() const { return m_problem; }

private:
    bool unexpected()
    {
        if (m_level == 0 || m_names.empty())
            return fail("its header is not a JSON object");
        if (m_inMetadata)
            return fail("its metadata are not texts under names");
        return fail("the tensor " + printable(m_header.entries.back().name)
                    + " is not described by dtype, shape and data_offsets");
    }

    bool fail(std::string problem)
    {
        m_problem = std::move(problem);
        return false;
    }

    SafetensorsHeader m_header;
    std::unordered_set<std::string> m_names;
    std::unordered_set<std::string> m_fields; ///< of the object at level 2
    std::string m_field;
    std::vector<std::int64_t>* m_numbers = nullptr; ///< the list that is open
    int m_level = 0;
    bool m_inMetadata = false;
    std::string m_problem;
};

} // namespace

Result<SafetensorsHeader> parseSafetensorsHeader(std::string_view text)
{
    HeaderEvents events;
    if (!Json::sax_parse(text.begin(), text.end(), &events))
        return Error{events.problem()};
    return std::move(events.header());
}

} // namespace phono
