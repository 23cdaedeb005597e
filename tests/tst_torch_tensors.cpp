#include "core/checkpoint/torch_tensors.h"
#include "tests/support/checkpoint_files.h"
#include "tests/support/golden.h"

#include <QTest>

#include <cmath>
#include <cstring>

using namespace phono;
using namespace phono::test;

namespace {

/// An open .pt file whose root is a dictionary of tensors.
class OpenFile {
public:
    explicit OpenFile(const std::filesystem::path& path)
        : m_file(InputFile::open(path))
        , m_torch(openTorchFile(*m_file))
        , m_tensors(*m_file, *m_torch)
    {
    }
    const Result<TorchFile>& torch() const { return m_torch; }
    Result<Tensor> read(const std::string& name)
    {
        const auto* value = m_torch->document.root->find(name);
        return value ? m_tensors.read(name, *value) : Result<Tensor>(Error{"no such tensor"});
    }

private:
    Result<InputFile> m_file;
    Result<TorchFile> m_torch;
    TorchTensors m_tensors;
};

template <typename T>
std::vector<T> valuesOf(const Tensor& tensor)
{
    std::vector<T> values(tensor.bytes->size() / sizeof(T));
    if (!values.empty())
        std::memcpy(values.data(), tensor.bytes->data(), tensor.bytes->size());
    return values;
}

} // namespace

/// Tensors as views of storages: offsets, strides, sharing, every type, and their bounds.
class TorchTensorsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void viewsAreTheReferences_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("tensor");
        for (const char* container : {"legacy", "zip"})
            for (const char* name : {"full", "view_off", "transposed", "strided", "expanded",
                                     "permuted", "same1", "same2", "empty", "scalar"})
                QTest::newRow((std::string(name) + ", " + container).c_str())
                    << QString("11_adversarial/views_%1.pt").arg(container) << name;
    }
    void viewsAreTheReferences()
    {
        QFETCH(QString, file);
        QFETCH(QString, tensor);
        OpenFile views(golden::path(file.toStdString()));
        QVERIFY(views.torch().ok());
        const auto read = views.read(tensor.toStdString());
        QVERIFY2(read.ok(), read.ok() ? "" : read.error().message.c_str());
        const auto expected =
            golden::readNpy("11_adversarial/views_" + tensor.toStdString() + ".npy");
        // NumPy kept the scalar as an array of one.
        const auto scalar = tensor == "scalar";
        QCOMPARE(read->shape, scalar ? std::vector<std::int64_t>() : expected.shape);
        QCOMPARE(read->toFloat().value(),
                 std::vector<float>(expected.values.begin(), expected.values.end()));
    }

    void equalViewsShareTheirBytes()
    {
        OpenFile views(golden::path("11_adversarial/views_zip.pt"));
        const auto one = views.read("same1");
        const auto other = views.read("same2");
        QVERIFY(one.ok() && other.ok());
        QVERIFY(one->bytes == other->bytes);
        QVERIFY(views.read("full")->bytes != one->bytes);
    }

    void everyTypeIsReadOrRefused_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("legacy") << "11_adversarial/dtypes_legacy.pt";
        QTest::newRow("zip") << "11_adversarial/dtypes_zip.pt";
    }
    void everyTypeIsReadOrRefused()
    {
        QFETCH(QString, file);
        OpenFile types(golden::path(file.toStdString()));
        const auto dtype = [&](const char* name) {
            const auto tensor = types.read(name);
            return tensor.ok() ? QString::fromStdString(toString(tensor->dtype))
                               : QString::fromStdString(tensor.error().message);
        };
        QCOMPARE(dtype("f16"), "float16");
        QCOMPARE(dtype("bf16"), "bfloat16");
        QCOMPARE(dtype("f64"), "float64");
        QCOMPARE(dtype("i64"), "int64");
        QCOMPARE(dtype("i32"), "int32");
        QCOMPARE(dtype("i16"), "int16");
        QCOMPARE(dtype("i8"), "int8");
        QCOMPARE(dtype("u8"), "uint8");
        QCOMPARE(dtype("b"), "bool");
        QVERIFY(dtype("c64").contains("complex64") && dtype("c64").contains("the tensor c64"));
        const auto special = types.read("nan")->toFloat().value();
        QCOMPARE(special.size(), std::size_t(3));
        QVERIFY(std::isnan(special[0]) || std::isnan(special[1]) || std::isnan(special[2]));
        QVERIFY(std::isinf(special[0]) || std::isinf(special[1]) || std::isinf(special[2]));
        QCOMPARE(valuesOf<std::uint8_t>(*types.read("b")).size(), std::size_t(2));
    }

    void aHandWrittenFileIsRead()
    {
        OpenFile file(golden::path("11_adversarial/handmade_ok_legacy.pt"));
        const auto tensor = file.read("w");
        QVERIFY(tensor.ok());
        QCOMPARE(tensor->shape, (std::vector<std::int64_t>{4, 4}));
        std::vector<float> expected(16);
        for (std::size_t i = 0; i < expected.size(); ++i)
            expected[i] = static_cast<float>(i);
        QCOMPARE(tensor->toFloat().value(), expected);
    }

    void viewsStayInTheirStorage_data()
    {
        QTest::addColumn<QString>("view"); // offset; shape; strides, of a storage of 12 items
        QTest::addColumn<bool>("fits");
        QTest::newRow("all of it") << "0; 12; 1" << true;
        QTest::newRow("one item too many") << "0; 13; 1" << false;
        QTest::newRow("the last item") << "11; 1; 1" << true;
        QTest::newRow("one behind the last") << "12; 1; 1" << false;
        QTest::newRow("nothing, at the end") << "12; 0; 1" << true;
        QTest::newRow("nothing, far outside") << "99; 0 5; 5 1" << true;
        QTest::newRow("every third item") << "0; 4; 3" << true;
        QTest::newRow("every third item, too far") << "0; 5; 3" << false;
        QTest::newRow("a stride that is never used") << "3; 1 2; 4611686018427387904 1" << true;
        QTest::newRow("a matrix") << "0; 3 4; 4 1" << true;
        QTest::newRow("overlapping rows") << "0; 9 4; 1 1" << true;
        QTest::newRow("one item seen often") << "5; 1000; 0" << true;
        QTest::newRow("one item seen a billion times") << "5; 1000000000; 0" << false;
        QTest::newRow("more items than numbers can count")
            << "0; 4294967296 4294967296 4294967296; 0 0 0" << false;
        QTest::newRow("a size below zero") << "0; -1; 1" << false;
        QTest::newRow("a stride below zero") << "11; 12; -1" << false;
        QTest::newRow("an offset below zero") << "-1; 2; 1" << false;
        QTest::newRow("the largest offset") << "9223372036854775807; 2; 1" << false;
        QTest::newRow("sizes without strides") << "0; 3 4; 4" << false;
    }
    void viewsStayInTheirStorage()
    {
        QFETCH(QString, view);
        QFETCH(bool, fits);
        const auto parts = view.split(';');
        OpenFile file(write(parts[0].toLongLong(), parts[1], parts[2]));
        QVERIFY(file.torch().ok());
        const auto tensor = file.read("w");
        QCOMPARE(tensor.ok(), fits);
        if (!fits)
            QVERIFY(tensor.error().message.find("the tensor w") != std::string::npos);
        else
            QCOMPARE(tensor->bytes->size(), static_cast<std::size_t>(tensor->numel()) * 4);
    }

private:
    std::filesystem::path write(qint64 offset, const QString& shape, const QString& strides)
    {
        PickleWriter pickle;
        const auto numbers = [&](const QString& text) {
            pickle.tuple([&] {
                for (const auto& number : text.split(' ', Qt::SkipEmptyParts))
                    pickle.integer(number.toLongLong());
            });
        };
        pickle.dictionary([&] {
            pickle.text("w");
            pickle.call("torch._utils", "_rebuild_tensor_v2", [&] {
                pickle.persistent([&] {
                    pickle.tuple([&] {
                        pickle.text("storage");
                        pickle.global("torch", "FloatStorage");
                        pickle.text("0");
                        pickle.text("cuda:0");
                        pickle.integer(12);
                    });
                });
                pickle.integer(offset);
                numbers(shape);
                numbers(strides);
                pickle.boolean(false);
                pickle.orderedDictionary([] {});
            });
        });
        return m_folder.writeZip(
            "view.pt",
            {{"archive/data.pkl", pickle.finish()}, {"archive/data/0", std::string(48, '\1')}});
    }

    Folder m_folder;
};

QTEST_APPLESS_MAIN(TorchTensorsTest)
#include "tst_torch_tensors.moc"
