// SPDX-License-Identifier: Apache-2.0
//
// Values with units of measure are read by the configuration's grammar; see profile_flags.h.
#include "apps/profile_flags.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "apps/commands.h"
#include "config/units_of_measure.h"

namespace signalbox::apps {

namespace {

// Reads a text by the configuration's grammar; what is wrong with it goes to whoever typed it.
template <class Target, class Parse>
CLI::Option* add_quantity(CLI::App* app, const std::string& flag, Target& target, Parse parse,
                          const std::string& what) {
  return app->add_option_function<std::string>(
      flag,
      [&target, parse, flag](const std::string& text) {
        const auto value = parse(text);
        if (!value.ok()) {
          throw CLI::ValidationError(flag, value.error().message + " " + value.error().hint);
        }
        target = *value;
      },
      what);
}

// A price of so much an hour; its unit may be left out.
Result<double, config::Complaint> parse_price(const std::string& text) {
  const bool bare = text.find_first_not_of("0123456789.") == std::string::npos;
  return config::parse_price(bare ? text + " USD/hour" : text);
}

Result<Duration, config::Complaint> parse_time(const std::string& text) {
  auto time = config::parse_duration(text);
  if (time.ok() && *time <= Duration::zero()) {
    return config::Complaint{"it must be longer than nothing;", "write 500ms, 2s or 1m"};
  }
  return time;
}

Result<double, config::Complaint> parse_share(const std::string& text) {
  auto share = config::parse_fraction(text);
  if (share.ok() && !(*share > 0.0 && *share < 1.0)) {
    return config::Complaint{"it must be above 0% and below 100%;", "write 99% or 0.99"};
  }
  return share;
}

}  // namespace

void add_profile(CLI::App& app, std::function<int()>& run) {
  const auto options = std::make_shared<ProfileOptions>();
  ProfileOptions& o = *options;
  auto* profile = app.add_subcommand(
      "profile", "Measure how much one running unit can take, in two minutes at most");
  profile
      ->add_option("target", o.targets,
                   "Its address, as http://host:port or with a path; with --golden two of them, "
                   "with --compare the files of profiles")
      ->required();
  profile->add_option("--service", o.service, "The service it is measured for");
  profile->add_option("--config", o.config,
                      "The configuration that has the service's objective and the unit's price");
  profile->add_option("--unit", o.unit, "The unit's name; default: after its port");
  profile->add_option("--out", o.out, "The folder for what is written")->capture_default_str();
  profile->add_option("--task", o.task, "What it is asked; default: by the path")
      ->check(CLI::IsMember({"image", "chat", "plain"}));
  profile->add_option("--path", o.path, "The path that is asked");
  profile->add_option("--method", o.method, "Of plain requests; default: GET, or POST with --body")
      ->check(CLI::IsMember({"GET", "POST", "PUT"}));
  profile->add_option("--body", o.body_file,
                      "The file of a plain request's body; {id} in it becomes a number");
  profile->add_option("--model", o.model, "The model named in requests");
  profile->add_option("--header", o.headers, "A header of every request; may be repeated");
  profile->add_option("--cacert", o.ca_file, "Over TLS: the file of who vouches for the unit");
  add_quantity(profile, "--price", o.price_usd_per_hour, parse_price, "USD per hour");
  add_quantity(profile, "--objective-latency", o.latency, parse_time,
               "What is owed to a request, as 2s");
  add_quantity(profile, "--quantile", o.quantile, parse_share, "To so many of them, as 99%");
  add_quantity(profile, "--first-token", o.first_token, parse_time, "Of chats: until they begin");
  add_quantity(profile, "--per-token", o.per_token, parse_time, "Of chats: for each token after");
  add_quantity(profile, "--max-time", o.max_time, parse_time, "The most time it may take");
  add_quantity(profile, "--timeout", o.timeout, parse_time, "The longest wait for one answer");
  add_quantity(profile, "--max-utilisation", o.max_utilisation, parse_share,
               "The share of its plateau that may be used, as 80%; default: all");
  profile->add_option("--max-in-flight", o.max_in_flight, "The most requests at once")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  profile->add_option("--prompt-tokens", o.prompt_tokens, "Of chats: the prompt's length")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  profile->add_option("--output-tokens", o.output_tokens, "Of chats: the answer's length")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  profile->add_option("--seed", o.seed, "Of the arrivals")->capture_default_str();
  profile->add_flag("--json", o.json, "Print one flat JSON object");
  auto* golden = profile->add_flag("--golden", o.golden,
                                   "Ask two units the same instead, and compare their answers");
  profile->add_option("--prompts", o.prompts, "A file of prompts, one a line")->needs(golden);
  const struct {
    const char* flag;
    double& value;
    const char* what;
  } tolerances[] = {
      {"--min-ssim", o.tolerances.min_ssim, "How alike pictures must be"},
      {"--min-tile-ssim", o.tolerances.min_tile_ssim, "And in the least alike part of them"},
      {"--max-colour", o.tolerances.max_colour, "How far their colours may be off"},
      {"--max-distance", o.tolerances.max_distance, "How far texts may be apart"},
      {"--min-cosine", o.tolerances.min_cosine, "How alike embeddings must be"},
      {"--min-share", o.tolerances.min_share, "How many of the prompts must pass"},
  };
  for (const auto& each : tolerances) {
    profile->add_option(each.flag, each.value, each.what)
        ->needs(golden)
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
  }
  profile
      ->add_option("--ignore", o.tolerances.ignored,
                   "A member of JSON answers that is meant to differ; may be repeated")
      ->needs(golden)
      ->allow_extra_args(false);
  profile->add_flag("--compare", o.compare, "Put measured units side by side instead")
      ->excludes(golden);
  auto* speed = profile->add_option("--speed", o.speed, "With --like: how many times as fast")
                    ->check(CLI::Range(0.01, 100.0));
  profile
      ->add_option("--like", o.like,
                   "Measure nothing: carry over the profile of this measured unit")
      ->needs(speed)
      ->excludes(golden);
  profile->callback([options, &run] { run = [options] { return profile_command(*options); }; });
}

}  // namespace signalbox::apps
