# The library mpa, for find_package(mpa CONFIG). It defines:
#
#   mpa::mpa      the shared library
#   mpa::static   the static library, with the libraries of the system that it needs
#
# The components "shared" and "static" can be asked for; both are there.

get_filename_component(_mpa_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
include("${CMAKE_CURRENT_LIST_DIR}/mpa-targets.cmake")
unset(_mpa_prefix)

set(mpa_shared_FOUND FALSE)
if(TARGET mpa::mpa)
  set(mpa_shared_FOUND TRUE)
endif()
set(mpa_static_FOUND FALSE)
if(TARGET mpa::static)
  set(mpa_static_FOUND TRUE)
endif()
foreach(_mpa_component IN LISTS mpa_FIND_COMPONENTS)
  if(mpa_FIND_REQUIRED_${_mpa_component} AND NOT mpa_${_mpa_component}_FOUND)
    set(mpa_FOUND FALSE)
    set(mpa_NOT_FOUND_MESSAGE
        "This package of mpa has no component \"${_mpa_component}\". The components are \"shared\" and \"static\".")
  endif()
endforeach()
unset(_mpa_component)
