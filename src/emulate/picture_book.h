// SPDX-License-Identifier: Apache-2.0
//
// The images that emulated accelerators "generate": small, valid PNGs that follow from the prompt
// alone, so that the same prompt always gives the same picture, different prompts differ, and a
// client that opens its answer finds an image.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace signalbox::emulate {

// FNV-1a: stable across machines, which std::hash is not.
std::uint64_t prompt_hash(std::string_view prompt);

class PictureBook {
 public:
  static constexpr std::uint32_t kSide = 64;    // pixels
  static constexpr std::size_t kMaxKept = 256;  // encoded pictures; the oldest goes first

  // The PNG for a prompt, in base64. Valid until the next call.
  const std::string& base64_png(std::string_view prompt);

  std::size_t kept() const { return pictures_.size(); }

 private:
  std::unordered_map<std::uint64_t, std::string> pictures_;  // by prompt hash
  std::deque<std::uint64_t> by_age_;
};

}  // namespace signalbox::emulate
