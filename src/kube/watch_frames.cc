// SPDX-License-Identifier: Apache-2.0
//
// See watch_frames.h;
// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
#include "kube/watch_frames.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace signalbox::kube {

namespace {

std::optional<WatchFrame::Kind> kind_of(std::string_view type) {
  if (type == "ADDED") return WatchFrame::Kind::kAdded;
  if (type == "MODIFIED") return WatchFrame::Kind::kModified;
  if (type == "DELETED") return WatchFrame::Kind::kDeleted;
  if (type == "BOOKMARK") return WatchFrame::Kind::kBookmark;
  if (type == "ERROR") return WatchFrame::Kind::kError;
  return {};
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == line.npos; }

}  // namespace

void WatchFrames::feed(std::string_view bytes) {
  while (problem_.empty() && !bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    if (line_.size() + piece.size() > most_bytes_) {
      problem_ = fmt::format("a frame is larger than {} bytes", most_bytes_);
      line_.clear();
      return;
    }
    if (end == bytes.npos) {
      line_ += piece;
      return;
    }
    bytes.remove_prefix(end + 1);
    if (line_.empty()) {
      end_line(piece);
    } else {
      line_ += piece;
      end_line(std::exchange(line_, {}));
    }
  }
}

void WatchFrames::end_line(std::string_view line) {
  if (is_blank(line)) return;
  auto frame = wire::read_kube_object(line);
  if (!frame.ok()) {
    problem_ = "a frame " + frame.error().message;
    return;
  }
  const auto kind = kind_of(wire::text_at(*frame, {"type"}));
  if (!kind) return;
  auto* object = frame->if_contains("object");
  if (object == nullptr || !object->is_object()) {
    problem_ = "a frame holds no object";
    return;
  }
  visit_({*kind, std::move(object->get_object())});
}

}  // namespace signalbox::kube
