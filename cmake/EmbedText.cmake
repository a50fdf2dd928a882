# SPDX-License-Identifier: Apache-2.0
#
# Turns text files, one after the other, into a C++ source that defines them as one
# std::string_view. A raw string literal: no tool beyond CMake, and the compiler copies it in a
# blink.
#
#   cmake -D INPUTS=a.js,b.js -D OUTPUT=page_script.cc -D HEADER=room/assets.h -D NAMESPACE=a::b
#         -D NAME=kPageScript -P EmbedText.cmake
set(mark "embedded~text")
string(REPLACE "," ";" inputs "${INPUTS}")
file(WRITE "${OUTPUT}" "// Made by EmbedText.cmake from ${INPUTS}\n"
                       "#include \"${HEADER}\"\n\n"
                       "const std::string_view ${NAMESPACE}::${NAME} = R\"${mark}(")
foreach(input IN LISTS inputs)
  file(READ "${input}" text)
  string(FIND "${text}" ")${mark}\"" clash)
  if(NOT clash EQUAL -1)
    message(FATAL_ERROR "${input} contains )${mark}\", with which its literal would end")
  endif()
  file(APPEND "${OUTPUT}" "${text}")
endforeach()
file(APPEND "${OUTPUT}" ")${mark}\";\n")
