// SPDX-License-Identifier: Apache-2.0
#include "sim/report/reproduction_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/assert.h"
#include "observe/figures.h"
#include "sim/report/chart.h"
#include "sim/report/document.h"
#include "sim/report/history_charts.h"
#include "sim/report/run_section.h"
#include "sim/report/thinned_history.h"
#include "sim/report/wording.h"

namespace signalbox::sim {

namespace {

constexpr std::size_t kMostPoints = 600;

constexpr std::array kOriginals = std::to_array<OriginalFigures>({
    {"figures-6-7", "Figures 6 and 7: cost mode under a wave",
     "Load rises and falls as a cosine while the fleet is in cost mode. The load balancer's "
     "weights "
     "prefer the units that are cheap per image; each unit's traffic rises and falls with the wave "
     "and keeps its share of it, as the weights say. The count of answers by HTTP code shows no "
     "5xx."},
    {"figures-8-9", "Figures 8 and 9: capacity mode with a capped pool",
     "The fleet is in capacity mode and spreads requests evenly over what is available. At 21:20 "
     "the pool of L4 cards is capped and its unit falls to nothing; Inferentia and Trainium take "
     "over its part. At 23:20 the cap is lifted and the L4 unit returns. No errors are counted "
     "during either change."},
    {"figures-10-11", "Figures 10 and 11: failover and return",
     "Three waves of about 15 hours, up to about 3000 requests a minute. At the peak before the "
     "last one no Inferentia instance can be launched any more; the controller changes from cost "
     "mode to capacity mode, and back when the next wave begins. Latency stays at each unit's "
     "usual value throughout: clients see nothing of it."},
});

std::size_t passed(const std::vector<Check>& checks) {
  return static_cast<std::size_t>(
      std::count_if(checks.begin(), checks.end(), [](const Check& check) { return check.ok; }));
}

std::string verdict(std::size_t ok, std::size_t all) {
  return fmt::format("<p class=\"verdict {}\">{} of {} checks pass</p>\n",
                     ok == all && all > 0 ? "ok" : "failed", ok, all);
}

std::string header(const ReproductionInput& input) {
  std::size_t ok = 0;
  std::size_t all = 0;
  std::string links;
  for (const Reproduction& r : input.reproductions) {
    ok += passed(r.checks);
    all += r.checks.size();
    links +=
        fmt::format("<li><a href=\"#{}\">{}</a> <small>{} of {}</small></li>\n", escape_html(r.id),
                    escape_html(r.title), passed(r.checks), r.checks.size());
  }
  std::string out =
      "<header>\n<h1>The paper's experiments, run again</h1>\n"
      "<p class=\"lead\">Figures 6 to 11 of Biran and Kissos, <cite>Adaptive Orchestration for "
      "Large-Scale Inference on Heterogeneous Accelerator Systems</cite> (arXiv 2503.20074), with "
      "the deciding code of Signalbox on a virtual clock and emulated service times. The originals "
      "are described, not copied; what must hold of ours is checked from the run's own "
      "records.</p>\n";
  out += verdict(ok, all);
  if (!input.command.empty()) {
    out += "<pre class=\"command\"><code>" + escape_html(input.command) + "</code></pre>\n";
  }
  if (!input.version.empty()) {
    out += "<dl class=\"facts\"><div><dt>Version</dt><dd>" + escape_html(input.version) +
           "</dd></div></dl>\n";
  }
  if (input.reproductions.size() > 1) {
    out += "<nav aria-label=\"Figures\"><ul>\n" + links + "</ul></nav>\n";
  }
  return out + "</header>\n";
}

std::string check_list(const std::vector<Check>& checks) {
  std::string out = "<ul class=\"checks\">\n";
  for (const Check& check : checks) {
    out += fmt::format(
        "<li class=\"{}\"><span class=\"sign\" role=\"img\" aria-label=\"{}\">{}</span>"
        "<div>{}<span>{}</span></div></li>\n",
        check.ok ? "ok" : "failed", check.ok ? "passes" : "fails",
        check.ok ? "&#10003;" : "&#10007;", escape_html(check.text), escape_html(check.value));
  }
  return out + "</ul>\n";
}

std::string section(const Reproduction& r, ChartSheet& charts) {
  std::string out = fmt::format("<section id=\"{}\" class=\"reproduction\">\n<h2>{}</h2>\n",
                                escape_html(r.id), escape_html(r.title));
  out += "<div class=\"beside\">\n<div class=\"stories\">\n";
  out += "<h3>The original</h3>\n<p>" + escape_html(r.original) + "</p>\n";
  if (!r.ours.empty()) out += "<h3>Here</h3>\n<p>" + escape_html(r.ours) + "</p>\n";
  out += fmt::format("<p class=\"note\">{} requests, seed {}, policy {}.</p>\n",
                     observe::count_text(r.result.totals.requests), r.result.seed,
                     escape_html(r.result.policy));
  out += "</div>\n<div>\n<h3>Checked</h3>\n" + check_list(r.checks) +
         verdict(passed(r.checks), r.checks.size()) + "</div>\n</div>\n";
  if (r.result.history.empty()) {
    return out +
           "<p class=\"note\">The run kept no history, so there is nothing to plot.</p>\n"
           "</section>\n";
  }
  const ThinnedHistory history = thinned(r.result, kMostPoints);
  const RunPlots plots{r.result, history, r.axis};
  const auto time = charts.add(plot_time(plots, r.happenings));
  out += happenings_key(plots, r.happenings) + "<div class=\"plots\">\n";
  out += charts.add(share_chart(plots), time);
  out += charts.add(unit_rate_chart(plots), time);
  out += charts.add(unit_latency_chart(plots), time);
  out += charts.add(answers_chart(plots), time);
  out += charts.add(replicas_chart(plots), time);
  out += charts.add(latency_chart(plots, r.objective), time);
  out += "</div>\n" + mode_changes(plots) + "</section>\n";
  return out;
}

}  // namespace

const OriginalFigures& original_figures(std::string_view id) {
  const auto found = std::find_if(kOriginals.begin(), kOriginals.end(),
                                  [&](const OriginalFigures& f) { return f.id == id; });
  SIGNALBOX_ASSERT(found != kOriginals.end());
  return *found;
}

std::string render_reproduction_page(const ReproductionInput& input) {
  ChartSheet charts;
  std::string body = header(input) + "<main>\n";
  for (const Reproduction& r : input.reproductions) body += section(r, charts);
  body +=
      "</main>\n<footer>\n<h2>What this is, and is not</h2>\n<ul>\n"
      "<li>Service times come from the plateaus of the paper's Figure 4 and are drawn per request; "
      "launches take 5 to 15 minutes. Nothing here was validated on the hardware named.</li>\n"
      "<li>The paper counts requests a minute for each replica where it writes RPS; so do we, and "
      "plot requests a second.</li>\n"
      "<li>Same shape is claimed, not same numbers: the originals' traffic and capacity events are "
      "known only as far as the paper tells them.</li>\n</ul>\n</footer>\n";
  return render_document({"Signalbox: the paper's experiments, run again", std::move(body)},
                         charts);
}

}  // namespace signalbox::sim
