# Installs the port as vcpkg does, with stand-ins for the functions of vcpkg that it calls:
#
#     cmake -D PORT=FOLDER -D SYSTEM=LINUX -D PROCESSOR=x64 -D LINKAGE=dynamic -D PREFIX=FOLDER -P install.cmake

cmake_minimum_required(VERSION 3.21)

set(VCPKG_TARGET_IS_${SYSTEM} TRUE)
set(VCPKG_TARGET_ARCHITECTURE "${PROCESSOR}")
set(VCPKG_LIBRARY_LINKAGE "${LINKAGE}")
set(CURRENT_PACKAGES_DIR "${PREFIX}")

function(vcpkg_extract_source_archive result)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "ARCHIVE" "")
  set(folder "${PREFIX}/../source")
  file(ARCHIVE_EXTRACT INPUT "${arg_ARCHIVE}" DESTINATION "${folder}")
  # Like vcpkg, it leaves out the only folder in the archive.
  file(GLOB only "${folder}/*")
  set(${result} "${only}" PARENT_SCOPE)
endfunction()

function(vcpkg_replace_string file old new)
  file(READ "${file}" text)
  string(FIND "${text}" "${old}" position)
  if(position EQUAL -1)
    message(FATAL_ERROR "${file} does not contain ${old}")
  endif()
  string(REPLACE "${old}" "${new}" text "${text}")
  file(WRITE "${file}" "${text}")
endfunction()

function(vcpkg_fixup_pkgconfig)
  if(NOT EXISTS "${CURRENT_PACKAGES_DIR}/lib/pkgconfig/mpa.pc")
    message(FATAL_ERROR "there is no lib/pkgconfig/mpa.pc")
  endif()
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
  foreach(file IN LISTS arg_FILE_LIST)
    if(NOT EXISTS "${file}")
      message(FATAL_ERROR "there is no ${file}")
    endif()
  endforeach()
endfunction()

include("${PORT}/portfile.cmake")
