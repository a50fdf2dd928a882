// SPDX-License-Identifier: Apache-2.0
//
// From yaml-cpp's events to the tree. A stack of frames follows the nesting; a mapping's frame
// expects a key and a value in turn. See yaml_tree.h for what is refused and why.
#include "config/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "base/assert.h"
#include "config/yaml_complaints.h"

namespace signalbox::config {

namespace {

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const Text& text, Report& report) : text_(text), report_(report) {}

  // Nothing when a part of the text was refused and had to be left out.
  std::optional<Node> take() && { return is_damaged_ ? std::nullopt : std::move(root_); }

  // Something was refused already, so what yaml-cpp finds afterwards may be only an echo.
  bool is_damaged() const { return is_damaged_; }

  int documents() const { return documents_; }

  // Where the innermost list or mapping that is still open begins.
  std::optional<Mark> innermost_open() const {
    return frames_.empty() ? std::nullopt : std::optional(frames_.back().node.mark);
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 2) report_second_document(to_mark(mark), written_at(mark));
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    Node node;
    node.mark = expects_value() ? frames_.back().key_mark : to_mark(mark);
    if (ignoring()) return;
    if (expects_key()) {
      report_.add(here(to_mark(mark)), "a key is missing in front of ':'");
      is_damaged_ = true;
      take_key("", to_mark(mark));
      return;
    }
    take_value(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    if (ignoring()) return;
    report_.add(here(to_mark(mark)), "YAML aliases (*name) are not allowed",
                {.hint = "write the value out; a text that begins with '*' needs quotes"});
    take_anything(to_mark(mark));
  }

  void OnScalar(const YAML::Mark& yaml_mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    if (ignoring()) return;
    const Mark mark = to_mark(yaml_mark);
    refuse_tag(mark, tag);
    const std::string_view written = written_at(yaml_mark);
    const bool is_quoted = written.starts_with('"') || written.starts_with('\'');
    if (const auto complaint = one_line_complaint(mark, written, value)) {
      report_.add(here(mark), complaint->message, {.hint = complaint->hint});
      is_damaged_ = true;
    }
    if (expects_key()) {
      take_key(value, mark);
      return;
    }
    Node node;
    node.kind = Node::Kind::kScalar;
    node.mark = mark;
    node.scalar = value;
    node.is_quoted = is_quoted;
    take_value(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::kList, to_mark(mark), tag);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::kMapping, to_mark(mark), tag);
  }
  void OnMapEnd() override { close(); }

  void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
    if (ignoring()) return;
    report_.add(here(to_mark(mark)),
                fmt::format("YAML anchors ({}) are not allowed", in_quotes("&" + name)),
                {.hint = "write the value out; a text that begins with '&' needs quotes"});
  }

 private:
  // A list or mapping that is still open.
  struct Frame {
    Node node;
    std::string path;
    std::optional<std::string> key;  // of a mapping: read, its value still to come
    Mark key_mark;
    std::unordered_map<std::string, Mark> seen;
  };

  // yaml-cpp counts bytes from 0. Its events mostly come in the order of the text, so counting goes
  // on from the last mark: a whole file in one line must not cost a square of its length. What it
  // misses at the end it may miss on a line that is none.
  Mark to_mark(const YAML::Mark& mark) {
    if (mark.line >= text_.line_count()) return text_.end();
    const bool goes_on = mark.line == last_.line && mark.column >= last_.column;
    const std::string_view line = text_.line(mark.line + 1);
    const int from = goes_on ? last_.column : 0;
    const std::string_view passed =
        line.substr(std::min(line.size(), static_cast<std::size_t>(from)),
                    static_cast<std::size_t>(mark.column - from));
    const int characters = static_cast<int>(count_characters(passed));
    last_mark_ = {mark.line + 1, (goes_on ? last_mark_.column : 1) + characters};
    last_ = mark;
    return last_mark_;
  }

  // What stands from a mark to the end of its line.
  std::string_view written_at(const YAML::Mark& mark) const {
    const std::string_view line = text_.line(mark.line + 1);
    return line.substr(std::min(line.size(), static_cast<std::size_t>(mark.column)));
  }

  // Inside a second document, a key that is no text, or too deep: events are counted, not kept.
  bool ignoring() const { return documents_ > 1 || ignored_depth_ > 0; }
  bool expects_key() const {
    return !frames_.empty() && frames_.back().node.kind == Node::Kind::kMapping &&
           !frames_.back().key;
  }
  bool expects_value() const { return !frames_.empty() && frames_.back().key.has_value(); }

  std::string path_of_next() const {
    if (frames_.empty()) return "";
    const Frame& frame = frames_.back();
    if (frame.node.kind == Node::Kind::kList) {
      return item_path(frame.path, frame.node.items.size());
    }
    return frame.key ? child_path(frame.path, *frame.key) : frame.path;
  }
  Place here(Mark mark) const { return {path_of_next(), mark}; }

  void open(Node::Kind kind, Mark mark, const std::string& tag) {
    if (ignoring()) {
      ++ignored_depth_;
      return;
    }
    refuse_tag(mark, tag);
    if (expects_key()) {
      report_.add(here(mark), fmt::format("a key must be a text, not {}", describe(kind)));
      is_damaged_ = true;
      take_key("", mark);
      ++ignored_depth_;
      return;
    }
    if (frames_.size() >= kDeepestNesting) {
      report_.add(here(mark), fmt::format("nested deeper than {} levels", kDeepestNesting),
                  {.hint = "no known key lies that deep"});
      take_anything(mark);
      ++ignored_depth_;
      return;
    }
    Frame frame;
    frame.path = path_of_next();
    frame.node.kind = kind;
    frame.node.mark = mark;
    frames_.push_back(std::move(frame));
  }

  void close() {
    if (ignored_depth_ > 0) {
      --ignored_depth_;
      return;
    }
    if (documents_ > 1) return;
    SIGNALBOX_ASSERT(!frames_.empty());
    Node done = std::move(frames_.back().node);
    frames_.pop_back();
    take_value(std::move(done));
  }

  void take_key(const std::string& key, Mark mark) {
    Frame& frame = frames_.back();
    frame.key = key;
    frame.key_mark = mark;
  }

  void take_value(Node value) {
    if (frames_.empty()) {
      root_ = std::move(value);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.node.kind == Node::Kind::kList) {
      frame.node.items.push_back(std::move(value));
      return;
    }
    SIGNALBOX_ASSERT(frame.key.has_value());
    std::string key = *std::exchange(frame.key, std::nullopt);
    const auto [first, is_new] = frame.seen.try_emplace(key, frame.key_mark);
    if (is_new) {
      frame.node.pairs.push_back({std::move(key), frame.key_mark, std::move(value)});
    } else if (!key.empty()) {  // an empty key was refused when it came
      report_.add({child_path(frame.path, key), frame.key_mark},
                  fmt::format("key {} is given twice, first on line {}", in_quotes(key),
                              first->second.line),
                  {.hint = "keep one of the two"});
    }
  }

  // Stands in for something refused, so that keys and values stay in step.
  void take_anything(Mark mark) {
    is_damaged_ = true;
    if (expects_key()) {
      take_key("", mark);
      return;
    }
    Node node;
    node.mark = mark;
    take_value(std::move(node));
  }

  void refuse_tag(Mark mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    report_.add(here(mark), "YAML tags (!name) are not allowed",
                {.hint = "write the plain value; a text that begins with '!' needs quotes"});
  }

  void report_second_document(Mark mark, std::string_view written) {
    is_damaged_ = true;
    if (written.starts_with("---")) {
      report_.add({"", mark}, "a second YAML document begins here",
                  {.hint = "a file is one document; move what follows to its own"});
    } else if (written.starts_with(',')) {
      report_.add({"", mark}, "a ',' stands where none can", {.hint = "remove it"});
    } else {
      report_.add({"", mark}, "what follows does not belong to the document above",
                  {.hint = "begin every top-level key in column 1, and remove a '...' line"});
    }
  }

  const Text& text_;
  Report& report_;
  std::vector<Frame> frames_;
  std::optional<Node> root_;
  YAML::Mark last_;          // what to_mark saw last, and
  Mark last_mark_ = {1, 1};  // what it made of it
  int documents_ = 0;
  int ignored_depth_ = 0;
  bool is_damaged_ = false;
};

}  // namespace

const Pair* Node::find_pair(std::string_view key) const {
  for (const auto& pair : pairs) {
    if (pair.key == key) return &pair;
  }
  return nullptr;
}

const Node* Node::find(std::string_view key) const {
  const Pair* pair = find_pair(key);
  return pair == nullptr ? nullptr : &pair->value;
}

std::string_view describe(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kScalar:
      return "a single value";
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMapping:
      return "a mapping of keys to values";
  }
  return "";
}

std::optional<Node> parse_yaml(const Text& text, Report& report) {
  // With a line end behind it, yaml-cpp delivers a text whose quote was never closed, and the check
  // of values can name the quote; without one it only says that the file ended.
  std::istringstream stream{std::string(text.all()) + "\n"};
  TreeBuilder builder(text, report);
  try {
    YAML::Parser parser(stream);
    // Never a third document: on some stray tokens yaml-cpp delivers empty ones without end.
    while (builder.documents() < 2 && parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& problem) {
    if (builder.is_damaged()) return std::nullopt;
    const Mark mark = problem.mark.line < text.line_count()
                          ? text.mark_of_byte(problem.mark.line + 1, problem.mark.column)
                          : text.end();
    const auto complaint = explain_yaml_problem(problem.msg, text, mark, builder.innermost_open());
    report.add({"", complaint.mark}, complaint.message, {.hint = complaint.hint});
    return std::nullopt;
  }
  return std::move(builder).take();
}

}  // namespace signalbox::config
