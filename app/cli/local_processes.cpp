#include "app/cli/local_processes.h"

#include <arpa/inet.h>
#include <csignal>
#include <cstring>
#include <map>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace phono::cli {
namespace {

using namespace std::chrono_literals;

/// A port that was free a moment ago.
Result<int> freePort()
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const bool found =
        socket >= 0 && bind(socket, generic, size) == 0 && getsockname(socket, generic, &size) == 0;
    const int error = errno;
    if (socket >= 0)
        close(socket);
    if (!found)
        return Error{std::string("no free port on this machine for the processes to meet: ")
                     + std::strerror(error)};
    return static_cast<int>(ntohs(address.sin_port));
}

/// Null-terminated pointers for exec; `texts` must outlive them.
std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> list;
    for (auto& text : texts)
        list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

std::vector<std::string> environmentOf(int rank, int count, int port)
{
    const std::map<std::string, std::string> own = {{"RANK", std::to_string(rank)},
                                                    {"LOCAL_RANK", std::to_string(rank)},
                                                    {"WORLD_SIZE", std::to_string(count)},
                                                    {"LOCAL_WORLD_SIZE", std::to_string(count)},
                                                    {"MASTER_ADDR", "127.0.0.1"},
                                                    {"MASTER_PORT", std::to_string(port)},
                                                    {"TORCHELASTIC_USE_AGENT_STORE", "False"}};
    std::vector<std::string> all;
    for (char** entry = environ; *entry; ++entry) {
        const std::string text = *entry;
        if (!own.contains(text.substr(0, text.find('='))))
            all.push_back(text);
    }
    for (const auto& [name, value] : own)
        all.push_back(name + "=" + value);
    return all;
}

Result<pid_t> start(std::span<const std::string> arguments, int rank, int count, int port)
{
    // Everything is made before the fork: behind it, only what a signal handler may do is safe.
    std::vector<std::string> words = {"phonoscope-cli"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    auto variables = environmentOf(rank, count, port);
    const auto wordList = pointers(words);
    const auto variableList = pointers(variables);
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() == parent)
            execve("/proc/self/exe", wordList.data(), variableList.data());
        _exit(127);
    }
    if (child < 0)
        return Error{std::string("cannot start another process: ") + std::strerror(errno)};
    return child;
}

void signalAll(const std::vector<pid_t>& children, int signal)
{
    for (const pid_t child : children)
        kill(child, signal);
}

/// Waits for all children.
int waitForAll(std::vector<pid_t> children, const std::stop_token& stop)
{
    int failure = 0;
    bool told = false;
    while (!children.empty()) {
        if (!told && (stop.stop_requested() || failure != 0)) {
            told = true;
            signalAll(children, SIGTERM);
        }
        std::erase_if(children, [&](pid_t child) {
            int status = 0;
            if (waitpid(child, &status, WNOHANG) != child)
                return false;
            const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            if (failure == 0)
                failure = code;
            return true;
        });
        std::this_thread::sleep_for(20ms);
    }
    return failure;
}

} // namespace

Result<int> runLocalProcesses(int count, std::span<const std::string> arguments,
                              const std::stop_token& stop)
{
    const auto port = freePort();
    if (!port)
        return port.error();
    // Ignored, as some parents leave it, the children's exit statuses would be lost.
    std::signal(SIGCHLD, SIG_DFL);
    std::vector<pid_t> children;
    for (int rank = 0; rank < count; ++rank) {
        const auto child = start(arguments, rank, count, *port);
        if (!child) {
            signalAll(children, SIGTERM);
            waitForAll(std::move(children), stop);
            return child.error();
        }
        children.push_back(*child);
    }
    return waitForAll(std::move(children), stop);
}

} // namespace phono::cli
