#include "bin/callboard-load/child_process.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace callboard::load {

child_process::child_process(const std::string& command) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  std::string shell = "/bin/sh", flag = "-c", text = command;
  char* arguments[] = {shell.data(), flag.data(), text.data(), nullptr};
  if (posix_spawn(&pid_, shell.c_str(), &actions, nullptr, arguments, environ) != 0)
    pid_ = -1;
  posix_spawn_file_actions_destroy(&actions);
}

bool child_process::ended() {
  if (pid_ < 0)
    return true;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_)
    return false;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  pid_ = -1;
  return true;
}

} // namespace callboard::load
