// SPDX-License-Identifier: Apache-2.0
//
// The body of a request while it passes through: what has arrived and may still be needed. As long
// as it is short all of it is kept, so that the request can be sent again; of a longer one only
// what has not left yet. That bounds what one request can make us hold.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace signalbox::gateway {

class RequestBody {
 public:
  // `kept_bytes`: the longest beginning that is kept.
  explicit RequestBody(std::size_t kept_bytes) : kept_bytes_(kept_bytes) {}

  void append(std::string_view bytes) { bytes_.append(bytes); }
  // Bytes that have arrived.
  std::uint64_t arrived() const { return dropped_ + bytes_.size(); }
  // From `offset` on. REQUIRES: nothing from there on was dropped.
  std::string_view from(std::uint64_t offset) const {
    return std::string_view(bytes_).substr(static_cast<std::size_t>(offset - dropped_));
  }
  // All before `offset` has left. Forgets it where the whole has grown too long to be kept.
  void sent(std::uint64_t offset) {
    if (dropped_ == 0 && bytes_.size() <= kept_bytes_) return;
    bytes_.erase(0, static_cast<std::size_t>(offset - dropped_));
    dropped_ = std::max(dropped_, offset);
  }
  // Every byte that has arrived is still here.
  bool whole() const { return dropped_ == 0; }
  std::size_t held_bytes() const { return bytes_.size(); }

 private:
  std::size_t kept_bytes_;
  std::string bytes_;
  std::uint64_t dropped_ = 0;
};

}  // namespace signalbox::gateway
