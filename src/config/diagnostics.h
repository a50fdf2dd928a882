// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a configuration, told the way a good compiler does: the place, the key, what
// was found, what is allowed, and the most likely repair. All errors are collected, because fixing
// a file one message at a time at 3 a.m. is no way to live.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/text.h"

namespace signalbox::config {

struct Diagnostic {
  std::string file;
  Mark mark;        // line 0: the file as a whole
  std::string key;  // path of the key, as in services.images.objective.latency; empty = the file
  std::string message;  // what is wrong, quoting what was found
  std::string hint;     // what to do about it; empty when `allowed` says it all
  std::string allowed;  // every allowed spelling, when they can be listed; else empty
  std::string source;   // the line it points into; empty when there is none to show
};

// Never empty when it stands for a failed load. In the order of the text.
struct Diagnostics {
  std::vector<Diagnostic> list;
};

// "FILE:LINE:COLUMN: KEY: MESSAGE; HINT", the source line with a caret under the column, and what
// is allowed. Ends with a newline.
std::string render(const Diagnostic& diagnostic);

// All of them (the first 50 when there are more) and a closing line that counts them.
std::string render(const Diagnostics& diagnostics);

// Where a key stands: its path for people, and its place in the text.
struct Place {
  std::string path;
  Mark mark;
};

struct Advice {
  std::string hint = {};
  std::string allowed = {};
};

// Collects the diagnostics of one text.
class Report {
 public:
  explicit Report(const Text& text) : text_(text) {}

  void add(const Place& place, std::string message, Advice advice = {});
  const Text& text() const { return text_; }
  bool empty() const { return found_.list.empty(); }

  // In the order of the text; what was found at one place keeps its order. Only those that
  // render() shows carry their source line.
  Diagnostics sorted() &&;

 private:
  const Text& text_;
  Diagnostics found_;
};

// A path and the next step of it: child_path("a", "b") is "a.b"; item_path("a", 0) is "a[0]".
std::string child_path(std::string_view path, std::string_view key);
std::string item_path(std::string_view path, std::size_t index);

}  // namespace signalbox::config
