# How everything is compiled. Warnings and sanitizers ride on comity_private, which only our own
# targets link; generated code does not.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
# One way of generating code everywhere (all ends in position-independent executables), so that
# precompiled headers are shared.
add_compile_options(-fPIE -pthread)
add_link_options(-pie)
# Assertions stay on; line tables are enough for stack traces and keep objects small.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")

find_program(COMITY_CCACHE ccache)
if(COMITY_CCACHE)
  # Precompiled headers define no macro from the time or the place of their making. What a file
  # depends on is known from -MD: no run of the preprocessor for what is not in the cache. All
  # checkouts share what was compiled, wherever they lie: paths count from the checkout. What uses a
  # precompiled header that was made anew in a tree that had one already it shares with no other.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_DEPEND=1;CCACHE_BASEDIR=${CMAKE_SOURCE_DIR};CCACHE_NOHASHDIR=1;CCACHE_INODECACHE=1;CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime;${COMITY_CCACHE}")
endif()
find_program(COMITY_LLD ld.lld)
if(COMITY_LLD)
  add_link_options(-fuse-ld=lld)
endif()
add_link_options(-Wl,-z,relro,-z,now)

if(COMITY_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "COMITY_FUZZ needs clang++; configure with the preset fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(COMITY_SANITIZE)
  # As the sanitizers' own documentation advises; a third less to compile than -O2.
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
else()
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()

# The heap of processes that serve: threads that free what others have allocated cost glibc a lock.
# The sanitizers bring their own.
add_library(comity_heap INTERFACE)
if(NOT COMITY_SANITIZE AND NOT COMITY_FUZZ)
  target_link_libraries(comity_heap INTERFACE PkgConfig::TCMALLOC)
endif()

add_library(comity_private INTERFACE)
target_include_directories(comity_private INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(
  comity_private
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wconversion
            -Wold-style-cast
            -Wnon-virtual-dtor
            -Werror
            -fstack-protector-strong
            -fstack-clash-protection
            # Designated initialisers that leave members at their defaults are how we write options.
            -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # What GCC 12 says of moved std::strings after inlining is false (its bugs 105329, 105651), and a
  # precompiled header takes away that it is said of a system header. clang and the sanitizers look
  # at the same.
  target_compile_options(
    comity_private INTERFACE -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow
                             -Wno-stringop-overread -Wno-maybe-uninitialized)
endif()
