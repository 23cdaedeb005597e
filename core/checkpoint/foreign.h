#pragma once

#include "core/checkpoint/input_file.h"
#include "core/checkpoint/pickle_value.h"
#include "core/checkpoint/zip_reader.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace phono {

/// A kind of file or model that people take for a wav2vec checkpoint, and what to do with it.
struct ForeignKind {
    std::string_view name; ///< "a wav2vec 2.0 checkpoint"
    std::string_view advice; ///< a sentence without its full stop
};

/// By the first bytes, for everything that is neither a zip archive nor a pickle.
std::optional<ForeignKind> foreignFormat(const InputFile& file);
/// By the records of a zip archive.
std::optional<ForeignKind> foreignArchive(const ZipReader& zip);
/// By the architecture and the names in a pickle, which may be incomplete. Empty for wav2vec
/// models.
std::optional<ForeignKind> foreignModel(const PickleDocument& document);
/// By an architecture's name ("" if none is known) and the names of its tensors.
std::optional<ForeignKind> foreignModel(std::string_view architecture,
                                        const std::vector<std::string_view>& names);

/// "this is a wav2vec 2.0 checkpoint: … Phonoscope reads …"
std::string foreignRefusal(const ForeignKind& kind);

} // namespace phono
