// SPDX-License-Identifier: Apache-2.0
//
// The live view of `signalbox demo`: a frame in, a screen of exactly the given size out. Nothing is
// remembered between frames, and every figure has its fixed place, so the picture changes only
// where the fleet does.
#pragma once

#include <string>
#include <string_view>

#include "observe/canvas.h"
#include "observe/demo_frame.h"

namespace signalbox::observe {

// `size.rows` lines joined by '\n', none wider than `size.columns`. Good from 80x24 on; smaller
// screens show what fits, larger ones a taller chart and more events.
std::string render_screen(const DemoFrame& frame, Size size, bool color);

// One line of at most a few figures, with its newline, for outputs that are not a terminal.
std::string render_line(const DemoFrame& frame);

// What to write to a terminal: once before the first screen, for each screen, once after the last.
inline constexpr std::string_view kEnterScreen = "\x1b[?1049h\x1b[?25l\x1b[2J";
inline constexpr std::string_view kLeaveScreen = "\x1b[?25h\x1b[?1049l";
// Redraws in place, without flicker: each line overwrites the one before it.
std::string repaint(std::string_view screen);

}  // namespace signalbox::observe
