// SPDX-License-Identifier: Apache-2.0
//
// Scenario files. They name a fleet beside them, so a directory with one is kept for as long as the
// process lives.
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "fuzz/target.h"
#include "sim/scenario/scenario_file.h"

namespace signalbox::fuzz {

namespace {

// Units as in the scenario room's own test files, so that these are good beginnings.
constexpr std::string_view kFleet =
    "services:\n"
    "  images: {paths: [/genimage], units: [inf2-a, inf2-b, rack], objective: {latency: 3s}}\n"
    "  chat: {models: [chat-7b], units: [a100], objective: {latency: 30s}}\n"
    "units:\n"
    "  inf2-a: {price: 1 USD/hour, plateau: 2/s, zone: a, replicas: {max: 20}}\n"
    "  inf2-b: {price: 2 USD/hour, plateau: 2/s, zone: b, replicas: {max: 20}}\n"
    "  rack: {price: 0 USD/hour, plateau: 2/s, zone: b, endpoints: [10.0.0.1:80, 10.0.0.2:80]}\n"
    "  a100: {price: 4 USD/hour, plateau: 1/s, slots: 16, replicas: {max: 10}}\n"
    "emulator: 127.0.0.1:9100\n";

class Folder {
 public:
  Folder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "signalbox-fuzz-XXXXXX").string();
    require(mkdtemp(pattern.data()) != nullptr, "no directory can be had");
    path_ = pattern;
    write("fleet.yaml", kFleet);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(std::string_view name, std::string_view bytes) const {
    const auto file = path_ / name;
    std::ofstream(file, std::ios::binary) << bytes;
    return file.string();
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

void scenario_file(std::string_view bytes) {
  static const Folder folder;
  static const auto no_traces = sim::TraceDirectory::find(
      {.option = std::nullopt, .environment = std::nullopt, .beside = ""});
  const auto scenario = sim::load_scenario(folder.write("scenario.yaml", bytes), *no_traces);
  if (scenario.ok()) {
    require(scenario->length > Duration{} && scenario->report_from < scenario->length,
            "a scenario of no time");
    return;
  }
  require(scenario.error().message.find("scenario.yaml") != std::string::npos,
          "an error without a place");
}

}  // namespace signalbox::fuzz
