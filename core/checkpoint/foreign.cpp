#include "core/checkpoint/foreign.h"

#include "core/checkpoint/pickle_fields.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace phono {
namespace {

constexpr std::string_view kTransformers =
    "Compute its features with Hugging Face transformers, fairseq or S3PRL";
constexpr std::string_view kExport = "Export the original PyTorch checkpoint instead";
constexpr std::string_view kNotModel = "Choose the model's own file";

struct Model {
    ForeignKind kind;
    std::vector<std::string_view> architectures; ///< what its name starts with
    std::vector<std::string_view> names; ///< parts of tensors' or dictionary names
};

/// Architectures as fairseq names them; tensors as fairseq, Hugging Face transformers, OpenAI's
/// Whisper, CPC_audio and S3PRL name them. The more particular ones come first.
const std::vector<Model>& models()
{
    static const std::vector<Model> kModels = {
        {{"a HuBERT checkpoint", kTransformers}, {"hubert"}, {"label_embs_concat", "hubert."}},
        {{"a WavLM checkpoint", kTransformers},
         {"wavlm"},
         {"self_attn.grep_linear", "gru_rel_pos_linear", "wavlm."}},
        {{"a data2vec checkpoint", kTransformers},
         {"data2vec"},
         {"data2vec_audio.", "modality_encoders."}},
        {{"a UniSpeech checkpoint", kTransformers},
         {"unispeech"},
         {"unispeech.", "unispeech_sat."}},
        {{"a wav2vec 2.0 checkpoint", kTransformers},
         {"wav2vec2", "wav2vec_ctc", "wav2vec_seq2seq", "wav2vec_transducer"},
         {"wav2vec2.", "w2v_encoder.", "encoder.pos_conv.", "project_q.", "masked_spec_embed",
          "mask_emb"}},
        {{"a Whisper checkpoint", "Use OpenAI's whisper or Hugging Face transformers"},
         {"whisper"},
         {"decoder.token_embedding", "model.encoder.embed_positions", "model.encoder.conv1."}},
        {{"a CPC checkpoint", "Compute its features with CPC_audio or S3PRL"},
         {},
         {"gEncoder.", "gAR."}},
        {{"an S3PRL checkpoint of another upstream (Mockingjay, TERA, APC, …)",
          "Compute its features with S3PRL"},
         {},
         {"Upstream_Config", "SpecHead"}},
        {{"a BERT or RoBERTa checkpoint (as trained on the codes of vq-wav2vec)",
          "Open the vq-wav2vec checkpoint that made the codes instead"},
         {"roberta", "bert"},
         {"sentence_encoder.", "bert.encoder.", "roberta."}},
        {{"a PyTorch Lightning checkpoint of another model", kNotModel},
         {},
         {"pytorch-lightning_version"}},
    };
    return kModels;
}

struct Format {
    std::int64_t offset;
    std::string_view magic;
    ForeignKind kind;
};

constexpr ForeignKind kAudio = {"a recording, not a checkpoint", "Open it as audio"};
constexpr ForeignKind kCompressed = {"a compressed archive", "Unpack it first"};
constexpr ForeignKind kWebPage = {"a web page, not a checkpoint",
                                  "The download went wrong; download the file again"};

constexpr std::array kFormats = {
    Format{0, "GGUF", {"a GGUF model", kExport}},
    Format{0, "lmgg", {"a GGML model", kExport}},
    Format{0,
           "\x89HDF\r\n\x1a\n",
           {"an HDF5 file (Keras or TensorFlow weights, or features)", kExport}},
    Format{4, "TFL3", {"a TensorFlow Lite model", kExport}},
    Format{0, "\x93NUMPY", {"a NumPy array", kNotModel}},
    Format{0,
           "version https://git-lfs",
           {"a Git LFS pointer, not the file itself", "Fetch the file with git lfs pull"}},
    Format{0, "<!DOCTYPE", kWebPage},
    Format{0, "<!doctype", kWebPage},
    Format{0, "<html", kWebPage},
    Format{0, "\x1f\x8b", kCompressed},
    Format{0, "BZh", kCompressed},
    Format{0, "\xfd\x37zXZ", kCompressed},
    Format{0, "\x28\xb5\x2f\xfd", kCompressed},
    Format{0, "7z\xbc\xaf\x27\x1c", kCompressed},
    Format{0, "Rar!", kCompressed},
    Format{
        257, "ustar", {"a tar archive (a NeMo model, or PyTorch's format before 2017)", kExport}},
    Format{0, "RIFF", kAudio},
    Format{0, "fLaC", kAudio},
    Format{0, "OggS", kAudio},
    Format{0, "FORM", kAudio},
    Format{0, "NIST_1A", kAudio},
    Format{0, "ID3", kAudio},
    Format{0, "{", {"a JSON text, such as a model's configuration", kNotModel}},
    Format{0,
           "\x7f"
           "ELF",
           {"a program", kNotModel}},
    Format{0, "%PDF", {"a PDF document", kNotModel}},
};

/// ONNX has no magic number: a protobuf message whose first field is a small format version and
/// whose second is the name of the program that wrote it.
bool looksLikeOnnx(std::string_view start)
{
    return start.size() > 4 && start[0] == '\x08' && start[1] > 0 && start[1] < 32
        && start[2] == '\x12' && start[3] > 0 && start[4] >= 'A' && start[4] <= 'z';
}

template <typename Names>
bool anyContains(const Names& names, std::string_view part)
{
    return std::ranges::any_of(
        names, [&](std::string_view name) { return name.find(part) != std::string_view::npos; });
}

/// The text keys of the dictionary and of the dictionaries right in it.
std::vector<std::string_view> namesIn(const PickleValue& root)
{
    std::vector<std::string_view> names;
    const auto add = [&](const PickleValue& dictionary) {
        for (std::size_t i = 0; i + 1 < dictionary.items.size(); i += 2)
            if (dictionary.items[i]->is(PickleValue::Kind::String))
                names.push_back(dictionary.items[i]->text);
    };
    const auto* outer = dictionaryOf(root);
    if (!outer)
        return names;
    add(*outer);
    for (std::size_t i = 1; i < outer->items.size(); i += 2)
        if (outer->items[i]->is(PickleValue::Kind::Dict))
            add(*outer->items[i]);
    return names;
}

} // namespace

std::optional<ForeignKind> foreignFormat(const InputFile& file)
{
    std::array<char, 512> buffer = {};
    const auto bytes = static_cast<std::size_t>(
        std::min<std::int64_t>(file.size(), static_cast<std::int64_t>(buffer.size())));
    if (!file.read(0, buffer.data(), bytes))
        return std::nullopt;
    const std::string_view start(buffer.data(), bytes);
    for (const auto& format : kFormats) {
        const auto offset = static_cast<std::size_t>(format.offset);
        if (start.size() > offset && start.substr(offset).starts_with(format.magic))
            return format.kind;
    }
    if (looksLikeOnnx(start))
        return ForeignKind{"an ONNX model", kExport};
    return std::nullopt;
}

std::optional<ForeignKind> foreignArchive(const ZipReader& zip)
{
    const auto any = [&](auto accepts) {
        return std::ranges::any_of(zip.records(), [&](const ZipRecord& record) {
            return accepts(std::string_view(record.name));
        });
    };
    const auto holds = [&](std::string_view part) {
        return any(
            [&](std::string_view name) { return name.find(part) != std::string_view::npos; });
    };
    const auto endsWith = [&](std::string_view ending) {
        return any([&](std::string_view name) { return name.ends_with(ending); });
    };
    if (endsWith("/constants.pkl") || holds("/code/"))
        return ForeignKind{"a TorchScript archive, which is a program",
                           "Export the state dict with torch.save(model.state_dict(), …) instead"};
    if (endsWith("/archive_format") || holds("/data/aotinductor/"))
        return ForeignKind{"a torch.export archive, which is a program", kExport};
    if (endsWith("/data.pkl"))
        return std::nullopt;
    if (endsWith(".npy"))
        return ForeignKind{"a NumPy archive (.npz)", kNotModel};
    if (endsWith("model.weights.h5"))
        return ForeignKind{"a Keras model", kExport};
    if (endsWith(".pt") || endsWith(".pth") || endsWith(".safetensors"))
        return ForeignKind{"a zip archive with a model in it", "Unpack it first"};
    return std::nullopt;
}

std::optional<ForeignKind> foreignModel(std::string_view architecture,
                                        const std::vector<std::string_view>& names)
{
    if (anyContains(names, "feature_aggregator."))
        return std::nullopt;
    for (const auto& model : models())
        for (const auto start : model.architectures)
            if (architecture.starts_with(start))
                return model.kind;
    for (const auto& model : models())
        for (const auto part : model.names)
            if (anyContains(names, part))
                return model.kind;
    return std::nullopt;
}

std::optional<ForeignKind> foreignModel(const PickleDocument& document)
{
    if (!document.root)
        return std::nullopt;
    const auto& root = *document.root;
    std::string_view architecture;
    for (const auto* found :
         {memberAt(root, {"args", "arch"}), memberAt(root, {"cfg", "model", "_name"}),
          memberAt(root, {"cfg", "model", "arch"}), memberAt(root, {"model_cfg", "_name"})})
        if (architecture.empty())
            architecture = textOf(found);
    return foreignModel(architecture, namesIn(root));
}

std::string foreignRefusal(const ForeignKind& kind)
{
    return "this is " + std::string(kind.name)
        + ". Phonoscope reads wav2vec (2019) and vq-wav2vec models, such as wav2vec_large.pt. "
        + std::string(kind.advice) + ".";
}

} // namespace phono
