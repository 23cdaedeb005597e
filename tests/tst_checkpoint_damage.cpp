#include "core/checkpoint/checkpoint.h"
#include "tests/support/checkpoint_files.h"
#include "tests/support/golden.h"

#include <QTest>

#include <random>

using namespace phono;
using namespace phono::test;

namespace {

/// One to eight changes, each of a kind that storage, transfer or malice makes.
std::string damaged(std::string bytes, std::mt19937& random)
{
    const auto below = [&](std::size_t limit) {
        return limit == 0 ? 0 : std::size_t(random()) % limit;
    };
    for (auto changes = 1 + below(8); changes > 0 && !bytes.empty(); --changes) {
        const auto at = below(bytes.size());
        switch (below(6)) {
        case 0:
            bytes[at] = static_cast<char>(bytes[at] ^ 1 << below(8));
            break;
        case 1:
            bytes[at] = static_cast<char>(random());
            break;
        case 2:
            bytes.replace(at, 4, "\xff\xff\xff\x7f");
            break;
        case 3:
            bytes.erase(at, 1 + below(16));
            break;
        case 4:
            bytes.insert(at, bytes.substr(below(bytes.size()), 1 + below(64)));
            break;
        default:
            // Most structure lies at the front and at the end.
            bytes[below(std::min<std::size_t>(bytes.size(), 3000))] = static_cast<char>(random());
            break;
        }
    }
    return bytes;
}

} // namespace

/// Damaged copies of every fixture: each is read soundly or refused with a reason. Meant to run
/// under AddressSanitizer, too.
class CheckpointDamageTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void damageIsNoticedOrHarmless_data()
    {
        QTest::addColumn<QString>("file");
        for (const std::string folder : {"08_formats", "10_real_trainer", "11_adversarial"})
            for (const auto& file : checkpointsIn(folder))
                QTest::newRow(file.c_str()) << QString::fromStdString(file);
        QTest::newRow("safetensors") << "";
    }
    void damageIsNoticedOrHarmless()
    {
        QFETCH(QString, file);
        const auto bytes =
            file.isEmpty() ? safetensors() : bytesOf(golden::path(file.toStdString()));
        std::mt19937 random(20260101);
        for (int round = 0; round < 15; ++round) {
            const auto path = m_folder.write("damaged.pt", damaged(bytes, random));
            const auto checkpoint = readCheckpoint(path);
            if (!checkpoint) {
                QVERIFY(checkpoint.error().message.starts_with(path.string()));
                continue;
            }
            QVERIFY(checkpoint->config.validate());
            const auto expected = expectedTensors(checkpoint->config);
            QCOMPARE(checkpoint->tensors.size(), expected.size());
            for (const auto& [name, shape] : expected) {
                const auto* tensor = checkpoint->find(name);
                QVERIFY(tensor && tensor->shape == shape && tensor->toFloat().ok());
            }
        }
    }

private:
    std::string safetensors() const
    {
        const auto model = readCheckpoint(golden::path("08_formats/zip_args.pt"));
        const auto path = m_folder.path("whole.safetensors");
        if (!model || !writeCheckpoint(*model, path, true))
            qFatal("cannot write %s", path.c_str());
        return bytesOf(path);
    }

    Folder m_folder;
};

QTEST_APPLESS_MAIN(CheckpointDamageTest)
#include "tst_checkpoint_damage.moc"
