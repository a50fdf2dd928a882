// SPDX-License-Identifier: Apache-2.0
//
// From options to a question, and from the answers to an exit code; see profile_golden.h.
#include "apps/profile_golden.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/exit_code.h"
#include "apps/progress_line.h"
#include "config/addresses.h"
#include "config/config.h"
#include "config/nearest.h"
#include "net/tls.h"
#include "profiler/equivalence_report.h"
#include "profiler/golden_drive.h"
#include "wire/api.h"

namespace signalbox::apps {

namespace {

// In the order in which a prefix such as /v1/* is tried on them.
constexpr std::string_view kKnownPaths[] = {"/v1/chat/completions", "/v1/images/generations",
                                            "/genimage", "/v1/completions", "/v1/embeddings"};
constexpr std::streamsize kLargestPromptsFile = 4 * 1024 * 1024;

int complain(std::string_view message) {
  fmt::print(stderr, "signalbox profile --golden: {}\n", message);
  return kExitBadUsage;
}

Result<profiler::GoldenUnit> unit_at(const std::string& url, const std::string& ca_file) {
  constexpr std::string_view kSecure = "https://";
  profiler::GoldenUnit unit;
  unit.name = url;
  const bool secure = url.starts_with(kSecure);
  const auto address = config::parse_endpoint(secure ? url.substr(kSecure.size()) : url);
  if (!address.ok()) {
    return Error{fmt::format("{}; {}", address.error().message, address.error().hint)};
  }
  unit.address = *address;
  if (secure) {
    auto tls = net::TlsClient::make({.ca_file = ca_file, .alpn = {"http/1.1"}});
    if (!tls.ok()) return tls.error();
    unit.tls = std::move(*tls);
  }
  return unit;
}

// A path of the service that can be asked: an exact one, or a known one that a prefix covers.
Result<std::string> path_of(const core::ServiceSpec& service) {
  for (const std::string& path : service.paths) {
    if (!path.ends_with('*')) return path;
  }
  for (const std::string& prefix : service.paths) {
    const auto stem = std::string_view(prefix).substr(0, prefix.size() - 1);
    for (const std::string_view known : kKnownPaths) {
      if (known.starts_with(stem)) return std::string(known);
    }
  }
  return Error{fmt::format("service {} answers under prefixes only; say which path to ask: --path",
                           service.name)};
}

Result<std::string> path_of_task(const std::string& task) {
  if (task.empty() || task == "image") return std::string("/genimage");
  if (task == "chat") return std::string("/v1/chat/completions");
  if (task == "plain") return Error{"--task plain: say which path to ask: --path /score"};
  return Error{fmt::format("--task: '{}' is no task; there are: image, chat, plain", task)};
}

// Fills in the question's path and model from the configuration.
Result<profiler::GoldenQuestion> question_of(const ProfileGoldenOptions& options) {
  profiler::GoldenQuestion question{.path = options.path,
                                    .model = options.model,
                                    .seed = options.seed,
                                    .max_tokens = options.max_tokens};
  if (!question.path.empty() && !question.path.starts_with('/')) {
    return Error{fmt::format("--path: '{}' does not begin with '/'; write it as /v1/embeddings",
                             question.path)};
  }
  for (const std::string* text : {&question.path, &question.model}) {
    if (std::any_of(text->begin(), text->end(), [](char c) { return c > 0 && c < ' '; })) {
      return Error{"--path and --model hold no control characters"};
    }
  }
  if (options.config.empty()) {
    if (!question.path.empty()) return question;
    auto path = path_of_task(options.task);
    if (!path.ok()) return path.error();
    question.path = std::move(*path);
    return question;
  }
  const auto config = config::load_file(options.config);
  if (!config.ok()) return Error{"\n" + config::render(config.error())};
  const core::FleetSpec& fleet = config->fleet;
  std::vector<std::string_view> names;
  for (const auto& service : fleet.services) names.push_back(service.name);
  auto id = fleet.find_service(options.service);
  if (options.service.empty() && fleet.services.size() == 1) id = ServiceId{0};
  if (!id) {
    const std::string near = config::did_you_mean(options.service, names);
    return Error{
        fmt::format("--service: '{}' is no service of this configuration; {}{}there are: "
                    "{}",
                    options.service, near, near.empty() ? "" : " ", config::listed(names))};
  }
  const core::ServiceSpec& service = fleet.services[id->index()];
  if (question.path.empty()) {
    auto path = path_of(service);
    if (!path.ok()) return path.error();
    question.path = std::move(*path);
  }
  if (question.model.empty() && !service.models.empty()) question.model = service.models.front();
  return question;
}

Result<std::vector<std::string>> prompts_of(const ProfileGoldenOptions& options, wire::Api api) {
  if (options.prompts.empty()) return profiler::built_in_prompts(api);
  std::ifstream file(options.prompts, std::ios::binary);
  if (!file) {
    return Error{fmt::format("--prompts: cannot read '{}'; it is a file of one prompt a line",
                             options.prompts)};
  }
  std::string text(static_cast<std::size_t>(kLargestPromptsFile) + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.gcount() > kLargestPromptsFile) {
    return Error{fmt::format("--prompts: '{}' is larger than 4 MiB", options.prompts)};
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  auto prompts = profiler::parse_prompts(text);
  if (!prompts.ok()) {
    return Error{fmt::format("--prompts: {}: {}", options.prompts, prompts.error().message)};
  }
  return prompts;
}

}  // namespace

int profile_golden(const ProfileGoldenOptions& options) {
  const auto first = unit_at(options.first, options.ca_file);
  if (!first.ok()) return complain(first.error().message);
  const auto second = unit_at(options.second, options.ca_file);
  if (!second.ok()) return complain(second.error().message);
  const auto question = question_of(options);
  if (!question.ok()) return complain(question.error().message);
  auto prompts = prompts_of(options, question->api());
  if (!prompts.ok()) return complain(prompts.error().message);

  ProgressLine progress;
  const auto asked = static_cast<double>(prompts->size());
  const auto found =
      profiler::compare_units({.a = *first,
                               .b = *second,
                               .question = *question,
                               .prompts = std::move(*prompts),
                               .tolerances = options.tolerances,
                               .timeout = options.timeout,
                               .progress = [&](std::size_t done) {
                                 if (!options.json)
                                   progress.show("asking both", static_cast<double>(done), asked);
                               }});
  progress.clear();
  if (!found.ok()) {
    fmt::print(stderr,
               "signalbox profile --golden: {}\nAre both units up, and do they answer at {}?\n",
               found.error().message, question->path);
    return kExitFailed;
  }
  const auto render = options.json ? profiler::equivalence_json : profiler::render_equivalence;
  fmt::print("{}", render(*found, options.tolerances, options.first, options.second));
  return found->holds(options.tolerances) ? kExitOk : kExitFailed;
}

}  // namespace signalbox::apps
