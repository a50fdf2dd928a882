// SPDX-License-Identifier: Apache-2.0
#include "sim/report/document.h"

#include <string_view>

#include "sim/report/assets.h"

namespace signalbox::sim {

namespace {

// JSON that no HTML parser can mistake for an end of the script it stands in: the three characters
// occur in strings only, where an escape means the same.
std::string inside_script(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    switch (c) {
      case '<':
        out += "\\u003c";
        break;
      case '>':
        out += "\\u003e";
        break;
      case '&':
        out += "\\u0026";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

std::string render_document(const Document& document, const ChartSheet& charts) {
  std::string page =
      "<!DOCTYPE html>\n"
      "<html lang=\"en\">\n"
      "<head>\n"
      "<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n";
  page += "<title>" + escape_html(document.title) + "</title>\n<style>\n";
  page += kPageStyle;
  page += "</style>\n</head>\n<body>\n";
  page += document.body;
  page +=
      "<noscript><p class=\"note\">The plots are drawn by a script inside this page, and "
      "scripts are switched off here; each plot's description and all tables can be read "
      "without.</p></noscript>\n";
  page += "<script type=\"application/json\" id=\"data\">\n";
  page += inside_script(charts.json());
  page += "\n</script>\n<script>\n";
  page += kChartLibrary;
  page += "</script>\n<script>\n(() => {\n'use strict';\n";
  page += kPageScript;
  page += "})();\n</script>\n</body>\n</html>\n";
  return page;
}

}  // namespace signalbox::sim
