// SPDX-License-Identifier: Apache-2.0
//
// Where access-log lines go: standard output, a file, or nowhere. Whoever rotates logs renames the
// file and tells us to open it again: until then lines go on into the renamed one, so none is lost
// and none is written twice.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "gateway/loop.h"

namespace signalbox::apps {

class AccessLogFile {
 public:
  // `where` is "-" for standard output, "off" for none, else a path that is appended to.
  static Result<AccessLogFile> open(const std::string& where);

  // Takes lines from any thread, each call's whole; empty when there is no log. It may outlive this
  // object.
  gateway::AccessLog sink() const;

  // Opens the path again, for lines from now on; returns why that failed, or an empty text. Then
  // lines go where they went. Any thread.
  std::string reopen();

 private:
  struct Sink;

  explicit AccessLogFile(std::shared_ptr<Sink> sink) : sink_(std::move(sink)) {}

  std::shared_ptr<Sink> sink_;  // null = no log
};

}  // namespace signalbox::apps
