# The only ways to make a target. Sources are listed, never globbed.

# comity_library(NAME name SRCS ... [DEPS ...]): comity::name.
function(comity_library)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  add_library(comity_${ARG_NAME} STATIC ${ARG_SRCS})
  add_library(comity::${ARG_NAME} ALIAS comity_${ARG_NAME})
  target_include_directories(comity_${ARG_NAME} PUBLIC "${CMAKE_SOURCE_DIR}")
  target_link_libraries(comity_${ARG_NAME} PUBLIC ${ARG_DEPS} PRIVATE comity_private)
  comity_precompile(comity_${ARG_NAME} ${ARG_DEPS})
endfunction()

# comity_header_library(NAME name [DEPS ...]): headers only.
function(comity_header_library)
  cmake_parse_arguments(ARG "" "NAME" "DEPS" ${ARGN})
  add_library(comity_${ARG_NAME} INTERFACE)
  add_library(comity::${ARG_NAME} ALIAS comity_${ARG_NAME})
  target_include_directories(comity_${ARG_NAME} INTERFACE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(comity_${ARG_NAME} INTERFACE ${ARG_DEPS})
  comity_precompile(comity_${ARG_NAME} ${ARG_DEPS})
endfunction()

# comity_executable(NAME name SRCS ... [DEPS ...]): build/<preset>/bin/name.
function(comity_executable)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS} comity_private)
  comity_precompile(${ARG_NAME} ${ARG_DEPS})
endfunction()

# comity_server(NAME name SRCS ... [DEPS ...]): an executable with the heap of those that serve.
function(comity_server)
  cmake_parse_arguments(ARG "" "NAME" "" ${ARGN})
  comity_executable(${ARGN})
  target_link_libraries(${ARG_NAME} PRIVATE comity_heap)
endfunction()

# comity_test(NAME name LABEL unit|contract|integration|e2e|interop SRCS ... [DEPS ...]
# [TIMEOUT seconds] [POSTGRES]): one binary and one ctest entry a folder. With POSTGRES there is a
# second entry, NAME_postgres, where the journals of the very same tests are on PostgreSQL.
function(comity_test)
  cmake_parse_arguments(ARG "POSTGRES" "NAME;LABEL;TIMEOUT" "SRCS;DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  if(COMITY_SANITIZE)
    math(EXPR ARG_TIMEOUT "3 * ${ARG_TIMEOUT}")
  endif()
  add_executable(${ARG_NAME}_test ${ARG_SRCS})
  target_link_libraries(${ARG_NAME}_test PRIVATE ${ARG_DEPS} GTest::gmock_main comity_private)
  comity_precompile(${ARG_NAME}_test ${ARG_DEPS} GTest::gmock)
  set(environment "COMITY_SOURCE_DIR=${CMAKE_SOURCE_DIR}"
                  "COMITY_BIN_DIR=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME}_test)
  set_tests_properties(${ARG_NAME} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT "${ARG_TIMEOUT}"
                                              ENVIRONMENT "${environment}")
  if(ARG_POSTGRES)
    add_test(NAME ${ARG_NAME}_postgres COMMAND ${ARG_NAME}_test)
    list(APPEND environment "COMITY_TEST_ENGINE=postgresql")
    set_tests_properties(${ARG_NAME}_postgres PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT
                                                         "${ARG_TIMEOUT}" ENVIRONMENT
                                                         "${environment}")
  endif()
endfunction()

# comity_script_test(NAME name LABEL label COMMAND script [argument...] [TIMEOUT seconds] [SERIAL]
# [ENVIRONMENT NAME=value...]): a script of the calling folder, which runs processes of the suite.
# It exits with 77 where it cannot run; SERIAL has nothing beside it.
function(comity_script_test)
  cmake_parse_arguments(ARG "SERIAL" "NAME;LABEL;TIMEOUT" "COMMAND;ENVIRONMENT" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set(environment "COMITY_SOURCE_DIR=${CMAKE_SOURCE_DIR}"
                  "COMITY_BIN_DIR=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}" ${ARG_ENVIRONMENT})
  if(COMITY_SANITIZE)
    math(EXPR ARG_TIMEOUT "3 * ${ARG_TIMEOUT}")
    # Each command is a process that ends.
    list(APPEND environment
         "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/lint/leaks_of_others.txt:print_suppressions=0")
  endif()
  list(POP_FRONT ARG_COMMAND script)
  add_test(NAME ${ARG_NAME} COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/${script}" ${ARG_COMMAND})
  set_tests_properties(
    ${ARG_NAME} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT "${ARG_TIMEOUT}" SKIP_RETURN_CODE 77
                           RUN_SERIAL "${ARG_SERIAL}" ENVIRONMENT "${environment}")
endfunction()

# comity_fuzz_test(NAME name SRCS ... [DEPS ...] CORPUS folder): fuzz_name, from one source with
# LLVMFuzzerTestOneInput. With the preset "fuzz" it is a libFuzzer binary; otherwise
# tests/fuzz/replay_main.cc runs the seeds and what is near them. In ctest (label fuzz) both only
# replay `folder`.
function(comity_fuzz_test)
  cmake_parse_arguments(ARG "" "NAME;CORPUS" "SRCS;DEPS" ${ARGN})
  set(target "fuzz_${ARG_NAME}")
  add_executable(${target} ${ARG_SRCS})
  target_link_libraries(${target} PRIVATE ${ARG_DEPS} comity_private)
  if(COMITY_FUZZ)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  else()
    target_link_libraries(${target} PRIVATE comity_fuzz_replay)
  endif()
  add_test(NAME ${target} COMMAND ${target} -runs=0 "${CMAKE_CURRENT_SOURCE_DIR}/${ARG_CORPUS}")
  set_tests_properties(${target} PROPERTIES LABELS fuzz TIMEOUT 120)
  # For tests/fuzz/run.
  set_property(GLOBAL APPEND_STRING PROPERTY COMITY_FUZZ_TARGETS
               "${ARG_NAME} ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_CORPUS}\n")
endfunction()

# comity_proto_library(NAME name PROTOS ... [DEPS ...] [GRPC]): generated code, without warnings.
function(comity_proto_library)
  cmake_parse_arguments(ARG "GRPC" "NAME" "PROTOS;DEPS" ${ARGN})
  set(root "${CMAKE_SOURCE_DIR}/protos")
  set(out "${CMAKE_BINARY_DIR}/generated")
  file(MAKE_DIRECTORY "${out}")
  set(generated)
  foreach(proto IN LISTS ARG_PROTOS)
    string(REGEX REPLACE "\\.proto$" "" stem "${proto}")
    set(outputs "${out}/${stem}.pb.cc" "${out}/${stem}.pb.h")
    set(grpc_args)
    if(ARG_GRPC)
      list(APPEND outputs "${out}/${stem}.grpc.pb.cc" "${out}/${stem}.grpc.pb.h")
      set(grpc_args "--grpc_out=${out}" "--plugin=protoc-gen-grpc=${COMITY_GRPC_CPP_PLUGIN}")
    endif()
    add_custom_command(
      OUTPUT ${outputs}
      COMMAND "${COMITY_PROTOC}" "-I${root}" "--cpp_out=${out}" ${grpc_args} "${root}/${proto}"
      DEPENDS "${root}/${proto}"
      VERBATIM)
    list(APPEND generated ${outputs})
  endforeach()
  add_library(comity_${ARG_NAME} STATIC ${generated})
  add_library(comity::${ARG_NAME} ALIAS comity_${ARG_NAME})
  target_include_directories(comity_${ARG_NAME} SYSTEM PUBLIC "${out}")
  target_link_libraries(comity_${ARG_NAME} PUBLIC ${ARG_DEPS} protobuf::libprotobuf)
  if(ARG_GRPC)
    target_link_libraries(comity_${ARG_NAME} PUBLIC gRPC::grpc++)
  endif()
endfunction()
