// SPDX-License-Identifier: Apache-2.0
//
// The command line of `signalbox`: reads options, hands them to a subcommand, returns its code.
#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "apps/commands.h"
#include "apps/exit_code.h"
#include "apps/profile_flags.h"
#include "config/units_of_measure.h"
#include "net/successor.h"

namespace {

using namespace signalbox;
using namespace signalbox::apps;

// A duration with its unit, as in 120s, 2m or 1.5h; the same grammar as in configurations.
const CLI::Validator kDuration(
    [](std::string& text) -> std::string {
      const auto duration = config::parse_duration(text);
      if (duration.ok() && *duration > Duration::zero()) return {};
      return "'" + text + "' is no length of time; write 120s, 2m or 1h";
    },
    "TIME");

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Signalbox directs generative-inference traffic over mixed accelerators.",
               "signalbox"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "signalbox " SIGNALBOX_VERSION);
  std::function<int()> run;

  ServeOptions serve;
  auto* serve_app = app.add_subcommand("serve", "Serve requests by a configuration file");
  serve_app->add_option("--config", serve.config, "The configuration")->required();
  serve.command.assign(argv, argv + argc);
  serve.command.front() = net::program_path(argv[0]);
  serve_app->callback([&] { run = [&] { return serve_command(serve); }; });

  auto* control_app = app.add_subcommand(
      "control", "Decide for gateways in other processes, which connect here (link.listen)");
  control_app->add_option("--config", serve.config, "The configuration")->required();
  control_app->callback([&] { run = [&] { return control_command(serve); }; });
  auto* gateway_app = app.add_subcommand(
      "gateway", "Serve requests by what a controller in another process tells (link.control)");
  gateway_app->add_option("--config", serve.config, "The configuration of this gateway")
      ->required();
  gateway_app->callback([&] { run = [&] { return gateway_command(serve); }; });

  DemoOptions demo;
  std::string demo_length = "120s";
  auto* demo_app = app.add_subcommand(
      "demo", "The paper's five units under two of its waves, with a shortage, on this machine");
  demo_app->add_option("--for", demo_length, "Length of the demo, such as 120s or 5m")
      ->check(kDuration)
      ->capture_default_str();
  demo_app->add_option("--seed", demo.seed, "Seed of arrivals, boots and losses");
  demo_app->add_flag("--json", demo.json,
                     "Print one JSON object at the end instead of a live view");
  demo_app->add_flag("--open", demo.open, "Keep serving afterwards, until interrupted");
  demo_app->callback([&] {
    demo.length = *config::parse_duration(demo_length);
    run = [&] { return demo_command(demo); };
  });

  CheckOptions check;
  auto* check_app = app.add_subcommand("check", "Explain what is wrong with a configuration");
  auto* check_file = check_app->add_option("file", check.file, "The configuration");
  check_app->add_flag("--schema", check.print_schema, "Print the JSON Schema of configurations")
      ->excludes(check_file);
  check_app->callback([&] {
    if (check.file.empty() && !check.print_schema) throw CLI::RequiredError("file");
    run = [&] { return check_command(check); };
  });

  ExplainOptions explain;
  auto* explain_app = app.add_subcommand("explain", "Say why a request went where it went");
  explain_app->add_option("id", explain.id, "As in the answer's x-signalbox-request-id")
      ->required();
  explain_app->add_option("--admin", explain.admin, "The operator's page, host:port");
  explain_app->add_option("--journal", explain.journal,
                          "The decision journal, for requests the page knows no more");
  explain_app->add_option("--key-file", explain.key_file,
                          "The file of a key, for a page that asks who you are");
  explain_app->add_option("--cacert", explain.ca_file,
                          "Over TLS: the file of who vouches for the page");
  auto* explain_cert = explain_app->add_option(
      "--cert", explain.own_certificate,
      "Over TLS, as to a page with gateway.admin_tls: the file of your certificate");
  auto* explain_key =
      explain_app->add_option("--key", explain.own_key, "And of its key")->needs(explain_cert);
  explain_cert->needs(explain_key);
  explain_app->add_flag("--json", explain.json, "Print JSON");
  explain_app->callback([&] { run = [&] { return explain_command(explain); }; });

  ReplayOptions replay;
  auto* replay_app =
      app.add_subcommand("replay", "Decide an input log again, and say whether all is the same");
  replay_app
      ->add_option("log", replay.log, "A file of the log, or its directory for the newest in it")
      ->required();
  replay_app->add_flag("--json", replay.json, "Print one JSON object");
  replay_app->add_option("--decisions", replay.decisions, "Write a line per decision to this file");
  replay_app
      ->add_option(
          "--policy", replay.policies,
          "Try these policies on the log's requests instead (modelled; see simulate --list)")
      ->delimiter(',');
  replay_app->callback([&] { run = [&] { return replay_command(replay); }; });

  auto* access_app = app.add_subcommand("access", "Who may ask, and who may operate");
  access_app->require_subcommand(1);
  NewKeyOptions new_key;
  auto* new_key_app = access_app->add_subcommand(
      "new-key", "Make a key, and the line that lets its holder in; only its hash is ever kept");
  auto* tenant_option =
      new_key_app->add_option("--tenant", new_key.tenant, "Whom requests with it are of");
  auto* role_option =
      new_key_app->add_option("--role", new_key.role, "Or what its holder may do on the admin page")
          ->check(CLI::IsMember({"viewer", "operator"}))
          ->excludes(tenant_option);
  new_key_app->add_option("--name", new_key.name, "What logs call it, such as ci or alice");
  new_key_app->add_flag("--json", new_key.json, "Print JSON");
  new_key_app->callback([&] {
    if (tenant_option->count() + role_option->count() == 0) {
      throw CLI::RequiredError("--tenant or --role");
    }
    run = [&] { return new_key_command(new_key); };
  });

  EmulateOptions emulate;
  auto* emulate_app =
      app.add_subcommand("emulate", "Play the units of a configuration as real HTTP servers");
  emulate_app->add_option("--config", emulate.config, "The configuration")->required();
  emulate_app->add_option("--control", emulate.control, "Where the control API listens, host:port");
  emulate_app->add_option("--seed", emulate.seed, "Seed of boot times, losses and errors");
  emulate_app->callback([&] { run = [&] { return emulate_command(emulate); }; });

  PlanOptions plan;
  auto* plan_app = app.add_subcommand(
      "plan",
      "Say what so much demand would take, what it costs, and how near that is to the least");
  plan_app->add_option("--config", plan.config, "The configuration")->required();
  plan_app
      ->add_option("--demand", plan.demands,
                   "Demand to plan for: 40rps, 2400rpm, or for one of several services chat=40rps")
      ->required();
  plan_app->add_option("--service", plan.service, "The service whose demand it is");
  plan_app->add_option("--lose", plan.lost, "A unit or a zone that is not there; may be repeated");
  plan_app->add_flag("--json", plan.json, "Print one flat JSON object per result");
  auto* pareto_flag = plan_app->add_flag(
      "--pareto", plan.pareto, "Show what other latencies and more resilience would cost instead");
  plan_app->add_option("--svg", plan.svg, "Draw that in this file")->needs(pareto_flag);
  plan_app->callback([&] { run = [&] { return plan_command(plan); }; });

  add_profile(app, run);

  SimulateOptions simulate;
  FuzzOptions fuzz;
  ReproduceOptions reproduce;
  for (int i = 0; i < argc; ++i) simulate.command += (i == 0 ? "" : " ") + std::string(argv[i]);
  auto* simulate_app = app.add_subcommand(
      "simulate", "Run scenarios under policies on a virtual clock, against a certified bound");
  simulate_app
      ->add_option("--scenario", simulate.scenarios,
                   "Names (see --list) or scenario files of your own")
      ->delimiter(',')
      ->capture_default_str();
  simulate_app->add_option("--policy", simulate.policies, "Names (see --list), or all")
      ->delimiter(',')
      ->capture_default_str();
  simulate_app->add_option("--seeds", simulate.seeds, "How many seeds, shared by all policies")
      ->check(CLI::Range(1, 100000));
  simulate_app->add_option("--seed", simulate.first_seed, "The first of them");
  simulate_app->add_flag("--same-router", simulate.same_router,
                         "Signalbox's router for every policy, so that only the scaling differs");
  simulate_app->add_flag("--json", simulate.json, "Print one flat JSON object per result");
  simulate_app->add_option("--report", simulate.report, "Write a page with plots to this file");
  simulate_app->add_option("--input-log", simulate.input_log,
                           "Log every input of the core to this folder, for signalbox replay");
  simulate_app->add_option("--traces", simulate.traces, "The folder of public traces");
  auto* list_flag = simulate_app->add_flag("--list", simulate.list, "Show scenarios and policies");
  auto* fuzz_option =
      simulate_app->add_option("--fuzz", fuzz.cases, "Check so many random cases instead")
          ->excludes(list_flag);
  auto* case_option = simulate_app->add_option("--case", fuzz.name, "Run one such case again")
                          ->excludes(fuzz_option);
  auto* reproduce_option =
      simulate_app
          ->add_option("--reproduce", reproduce.page,
                       "Write the paper's Figures 6 to 11 to this page instead")
          ->excludes(fuzz_option)
          ->excludes(case_option);
  simulate_app->callback([&] {
    fuzz.first_seed = reproduce.seed = simulate.first_seed;
    fuzz.json = simulate.json;
    run = [&, is_fuzz = fuzz_option->count() + case_option->count() > 0,
           is_reproduction = reproduce_option->count() > 0] {
      if (is_fuzz) return fuzz_command(fuzz);
      if (is_reproduction) return reproduce_command(reproduce);
      return simulate_command(simulate);
    };
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitBadUsage;
  }
  return run();
}
