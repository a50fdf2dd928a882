// SPDX-License-Identifier: Apache-2.0
//
// Opening and reading; see text_file.h.
#include "config/text_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "config/document.h"

namespace signalbox::config {

Result<std::string, Diagnostics> read_text_file(const std::string& path, std::string_view advice) {
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (status.type() == std::filesystem::file_type::not_found) {
    return about_file(path, "there is no such file", fmt::format("check the path; {}", advice));
  }
  if (status.type() == std::filesystem::file_type::directory) {
    return about_file(path, "this is a directory", "name the file in it");
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const std::string why = errno != 0 ? std::strerror(errno) : failure.message();
    return about_file(path, fmt::format("the file cannot be opened: {}", why),
                      "check that this user may read it");
  }
  // In pieces: room for the largest file, taken at each reload, is what an allocator would then
  // keep.
  std::string text;
  std::array<char, 16384> piece{};
  while (text.size() <= kLargestFileBytes && file.good()) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) {
    return about_file(path, fmt::format("reading failed: {}", std::strerror(errno)), "");
  }
  text.resize(std::min(text.size(), kLargestFileBytes + 1));
  return text;
}

}  // namespace signalbox::config
