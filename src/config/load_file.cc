// SPDX-License-Identifier: Apache-2.0
//
// The file behind a path, with a plain word for each way it can fail to be one.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "config/config.h"
#include "config/units_of_measure.h"

namespace signalbox::config {

namespace {

Diagnostics refusal(const std::string& path, std::string message, std::string hint) {
  return {{{.file = path,
            .mark = {},
            .key = "",
            .message = std::move(message),
            .hint = std::move(hint),
            .allowed = "",
            .source = ""}}};
}

}  // namespace

Result<Config, Diagnostics> load_file(const std::string& path) {
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (status.type() == std::filesystem::file_type::not_found) {
    return refusal(path, "there is no such file",
                   "check the path; examples/minimal.yaml is a good start");
  }
  if (status.type() == std::filesystem::file_type::directory) {
    return refusal(path, "this is a directory", "name the file in it");
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const std::string why = errno != 0 ? std::strerror(errno) : failure.message();
    return refusal(path, fmt::format("the file cannot be opened: {}", why),
                   "check that this user may read it");
  }
  std::string text(kLargestFileBytes + 1, '\0');  // one more, so that load() sees it is too large
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) {
    return refusal(path, fmt::format("reading failed: {}", std::strerror(errno)), "");
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return load(text, path);
}

}  // namespace signalbox::config
