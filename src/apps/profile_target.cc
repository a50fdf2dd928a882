// SPDX-License-Identifier: Apache-2.0
//
// Flags come before the configuration, and that before defaults; see profile_target.h.
#include "apps/profile_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "config/addresses.h"
#include "config/config.h"
#include "config/nearest.h"
#include "net/tls.h"
#include "wire/api.h"

namespace signalbox::apps {

namespace {

constexpr std::string_view kChatPath = "/v1/chat/completions";
constexpr std::string_view kImagePath = "/v1/images/generations";
constexpr std::string_view kGenimagePath = "/genimage";
constexpr std::string_view kKnownPaths[] = {kChatPath, kImagePath, kGenimagePath};

struct Url {
  core::Address address;
  std::string path;  // empty = not given
  bool tls = false;
};

Result<Url> parse_url(std::string_view text) {
  constexpr std::string_view kHttp = "http://", kHttps = "https://";
  Url url;
  url.tls = text.starts_with(kHttps);
  std::string_view rest = text;
  if (url.tls || rest.starts_with(kHttp)) rest.remove_prefix(url.tls ? 8 : 7);
  const std::size_t slash = rest.find('/');
  if (slash != std::string_view::npos) {
    url.path = rest.substr(slash);
    rest = rest.substr(0, slash);
  }
  if (url.path == "/") url.path.clear();
  const auto address = config::parse_endpoint(rest);
  if (!address.ok()) {
    return Error{fmt::format(
        "'{}' is no address of a unit: {}; write http://127.0.0.1:8001 or https://gpu-1:8443/score",
        text, address.error().message)};
  }
  url.address = *address;
  return url;
}

bool is_name(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(),
                     [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
                     }) &&
         text.front() != '.' && text.front() != '-';
}

Error unknown(std::string_view option, std::string_view name, std::string_view what,
              const std::vector<std::string_view>& names) {
  const std::string near = config::did_you_mean(name, names);
  return Error{fmt::format("{}: '{}' is no {} of this configuration; {}{}there are: {}", option,
                           name, what, near, near.empty() ? "" : " ", config::listed(names))};
}

struct Configured {
  std::optional<core::ServiceSpec> service;
  std::optional<core::UnitSpec> unit;
};

Result<Configured> configured(const ProfileOptions& options) {
  Configured found;
  if (options.config.empty()) return found;
  const auto config = config::load_file(options.config);
  if (!config.ok()) return Error{"\n" + config::render(config.error())};
  const core::FleetSpec& fleet = config->fleet;
  std::vector<std::string_view> services, units;
  for (const auto& service : fleet.services) services.push_back(service.name);
  for (const auto& unit : fleet.units) units.push_back(unit.name);
  auto id = fleet.find_service(options.service);
  if (options.service.empty() && services.size() == 1) id = ServiceId{0};
  if (!id) return unknown("--service", options.service, "service", services);
  found.service = fleet.services[id->index()];
  const auto unit = std::find(units.begin(), units.end(), options.unit);
  if (unit != units.end()) {
    found.unit = fleet.units[static_cast<std::size_t>(unit - units.begin())];
  }
  return found;
}

// A path of the service that we know how to ask, or its first exact one.
std::string path_of(const core::ServiceSpec& service) {
  for (const std::string_view known : kKnownPaths) {
    for (const std::string& path : service.paths) {
      const bool covers = path.ends_with('*')
                              ? known.starts_with(std::string_view(path).substr(0, path.size() - 1))
                              : path == known;
      if (covers && !(known == kChatPath && path.size() < 4)) return std::string(known);
    }
  }
  for (const std::string& path : service.paths) {
    if (!path.ends_with('*')) return path;
  }
  return "";
}

std::optional<profiler::Task> task_of(std::string_view path) {
  switch (wire::classify_api(path)) {
    case wire::Api::kGenimage:
    case wire::Api::kOpenaiImages:
      return profiler::Task::kImage;
    case wire::Api::kOpenaiChat:
      return profiler::Task::kChat;
    default:
      return profiler::Task::kPlain;
  }
}

Result<profiler::Question> question_of(const ProfileOptions& options, const Url& url,
                                       const std::optional<core::ServiceSpec>& service) {
  profiler::Question question;
  question.path = options.path.empty() ? url.path : options.path;
  if (!question.path.empty() && question.path.front() != '/') {
    return Error{
        fmt::format("--path: '{}' does not begin with '/'; write it as /score", question.path)};
  }
  const bool breaks = question.path.find_first_of("\r\n ") != std::string::npos;
  if (breaks) return Error{"--path: no spaces or line breaks; write a space as %20"};
  if (question.path.empty() && options.task == "chat") question.path = kChatPath;
  if (question.path.empty() && service) question.path = path_of(*service);
  if (question.path.empty() && service && service->objective.in_tokens()) question.path = kChatPath;
  if (question.path.empty() && options.task == "image") question.path = kGenimagePath;
  if (question.path.empty()) {
    if (options.task.empty()) {
      return Error{
          "nothing says what to ask: add a path to the address (http://127.0.0.1:8001/score), "
          "--path /score, --task image, --task chat, or --config and --service"};
    }
    question.path = "/";
  }
  question.task = *task_of(question.path);
  if (options.task == "plain") question.task = profiler::Task::kPlain;
  if (options.task == "image") question.task = profiler::Task::kImage;
  if (options.task == "chat") question.task = profiler::Task::kChat;
  question.model = options.model;
  if (question.model.empty() && service && !service->models.empty()) {
    question.model = service->models.front();
  }
  if (!options.body_file.empty()) {
    std::ifstream file(options.body_file, std::ios::binary);
    if (!file) {
      return Error{fmt::format("--body: cannot read '{}'; it is the file of a request's body",
                               options.body_file)};
    }
    question.body.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  question.method = !options.method.empty() ? options.method
                    : question.body.empty() ? "GET"
                                            : "POST";
  for (const std::string& line : options.headers) {
    const std::size_t colon = line.find(':');
    const bool splits = line.find_first_of("\r\n") != std::string::npos;
    if (colon == std::string::npos || colon == 0 || splits) {
      return Error{
          fmt::format("--header: '{}' is no header; write 'authorization: Bearer abc'", line)};
    }
    std::size_t value = colon + 1;
    while (value < line.size() && line[value] == ' ') ++value;
    question.headers.push_back({line.substr(0, colon), line.substr(value)});
  }
  return question;
}

core::Objective objective_of(const ProfileOptions& options,
                             const std::optional<core::ServiceSpec>& service) {
  core::Objective objective;
  if (service) objective = service->objective;
  if (options.latency) objective.latency = *options.latency;
  if (options.quantile) objective.quantile = *options.quantile;
  if (options.first_token) objective.first_token = *options.first_token;
  if (options.per_token) objective.per_token = *options.per_token;
  return objective;
}

}  // namespace

Result<ProfileTarget> profile_target(const ProfileOptions& options) {
  const auto url = parse_url(options.targets.front());
  if (!url.ok()) return url.error();
  const auto found = configured(options);
  if (!found.ok()) return found.error();
  ProfileTarget target;
  auto question = question_of(options, *url, found->service);
  if (!question.ok()) return question.error();
  target.question = std::move(*question);
  target.service = options.service.empty() ? (found->service ? found->service->name : "measured")
                                           : options.service;
  target.unit = options.unit;
  if (target.unit.empty()) {
    target.unit = fmt::format("unit-{}", url->address.port);
  }
  if (!is_name(target.unit)) {
    return Error{
        fmt::format("--unit: '{}' is no name of a unit; it is of letters, digits, '-', '_' and '.'",
                    target.unit)};
  }
  if (!is_name(target.service)) {
    return Error{fmt::format(
        "--service: '{}' is no name of a service; it is of letters, digits, '-', '_' and '.'",
        target.service)};
  }
  if (found->unit) {
    target.price_usd_per_hour = found->unit->price_usd_per_hour;
    target.model = found->unit->model;
    target.hardware = found->unit->hardware;
    target.framework = found->unit->framework;
  }
  if (options.price_usd_per_hour) target.price_usd_per_hour = *options.price_usd_per_hour;
  target.destination.address = url->address;
  target.destination.call.timeout = options.timeout;
  if (url->tls) {
    auto tls = net::TlsClient::make({.ca_file = options.ca_file, .alpn = {"http/1.1"}});
    if (!tls.ok()) return tls.error();
    target.destination.call.tls = std::move(*tls);
  }
  target.search.task = target.question.task;
  target.search.objective = objective_of(options, found->service);
  target.search.max_time = options.max_time;
  target.search.max_utilisation = options.max_utilisation;
  target.search.max_in_flight = options.max_in_flight;
  target.search.prompt_tokens = options.prompt_tokens;
  target.search.output_tokens = options.output_tokens;
  return target;
}

}  // namespace signalbox::apps
