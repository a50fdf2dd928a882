// SPDX-License-Identifier: Apache-2.0
//
// A program that is run for what it prints: on an event loop, so that nobody waits for it, for a
// bounded time, and with bounded output. It begins a group of processes, so that what it started in
// turn ends with it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/asio.h"

namespace signalbox::net {

struct ChildCommand {
  std::vector<std::string> words;  // the first is looked for along PATH
  std::vector<std::pair<std::string, std::string>> variables = {};  // on top of this process's own
  Duration timeout = 60s;                                           // then it is killed
  std::size_t most_output = 1024UL * 1024;                          // bytes; more -> an error
};

struct ChildOutput {
  int exit_code = 0;   // 128 + the number of the signal that ended it
  std::string output;  // standard output
  std::string errors;  // standard error, its first 4 KiB
};

class ChildProcess {
 public:
  using Done = std::function<void(Result<ChildOutput>)>;

  // Starts it; `done` is called once, later, from the loop, unless this object is gone by then. It
  // may be destroyed from there.
  ChildProcess(asio::io_context& io, ChildCommand command, Done done);
  // Kills it, if it runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

 private:
  class Run;
  std::shared_ptr<Run> run_;
};

}  // namespace signalbox::net
