# Compiler flags, sanitizers, linker and compiler cache, the same for every target.
set(CALLBOARD_SANITIZE "" CACHE STRING "Sanitizers to compile with: address, thread, fuzzer (clang), or empty")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU") # clang has coroutines without an option
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fcoroutines>)
  # g++ 12 reports these inside inlined library code at -O2; they are not about our lines.
  add_compile_options(-Wno-maybe-uninitialized)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-O2 -g1)
endif()

# CAF 0.17 binds a reference to null in init_fun_factory.hpp for every actor function without arguments.
if(CALLBOARD_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=null -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(CALLBOARD_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
  add_link_options(-fsanitize=thread)
elseif(CALLBOARD_SANITIZE STREQUAL "fuzzer")
  # Everything counts its branches for libFuzzer, whose `main` only the targets of tests/fuzz are linked with.
  add_compile_options(-O1 -gline-tables-only -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=null
                      -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

find_program(CALLBOARD_CCACHE ccache)
if(CALLBOARD_CCACHE)
  # A precompiled header is part of what the cache hashes; these are the settings ccache's manual names for it.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros;CCACHE_NOHASHDIR=1;CCACHE_BASEDIR=${CMAKE_SOURCE_DIR};${CALLBOARD_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${CALLBOARD_CCACHE}")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
  else()
    add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
  endif()
endif()
find_program(CALLBOARD_MOLD mold)
if(CALLBOARD_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
