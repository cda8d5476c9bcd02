# Writes OUTPUT, a source that says of which commit the sources in SOURCE are; run at each build, and does not touch the
# file while nothing changed. Where git knows nothing of the sources, say those of an image, the commit is "unknown".
execute_process(COMMAND git -C "${SOURCE}" describe --always --abbrev=12 --dirty --exclude=*
                OUTPUT_VARIABLE COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT COMMIT)
  set(COMMIT unknown)
endif()
configure_file("${SOURCE}/cmake/commit.cpp.in" "${OUTPUT}" @ONLY)
