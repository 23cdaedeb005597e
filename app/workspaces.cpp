#include "app/pretrain/pretrain_workspace.h"
#include "app/record/record_workspace.h"
#include "app/recording/inspect_workspace.h"
#include "app/workspace.h"

#include <QCoreApplication>

namespace phono {
namespace {

template <typename W>
std::unique_ptr<Workspace> make(Workbench& workbench)
{
    return std::make_unique<W>(workbench);
}

constexpr WorkspaceEntry kWorkspaces[] = {
    {"inspect", QT_TRANSLATE_NOOP("Workspaces", "Inspect"), make<InspectWorkspace>},
    {"record", QT_TRANSLATE_NOOP("Workspaces", "Record"), make<RecordWorkspace>},
    {"pretrain", QT_TRANSLATE_NOOP("Workspaces", "Pretrain"), make<PretrainWorkspace>},
};

} // namespace

std::span<const WorkspaceEntry> workspaces()
{
    return kWorkspaces;
}

} // namespace phono
