# The layers of the program, kept apart by what a compiler can find.

# phono_layer(<target> <folder>...)
# The folders belong to the target: it and whatever links it, nobody else, can include their headers
# by the path from the repository ("core/base/result.h").
function(phono_layer target)
    set(root "${PROJECT_BINARY_DIR}/layers/${target}")
    foreach(folder IN LISTS ARGN)
        cmake_path(GET folder PARENT_PATH parent)
        file(MAKE_DIRECTORY "${root}/${parent}")
        file(CREATE_LINK "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../${folder}" "${root}/${folder}" SYMBOLIC)
    endforeach()
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "INTERFACE_LIBRARY")
        target_include_directories(${target} INTERFACE "${root}")
    elseif(type STREQUAL "EXECUTABLE")
        target_include_directories(${target} PRIVATE "${root}")
    else()
        target_include_directories(${target} PUBLIC "${root}")
    endif()
endfunction()

# A target sees LibTorch exactly if it links phono_torch itself. Debian's headers lie in
# /usr/include, where every compiler looks; so the others get a folder searched before it, with the
# headers that people include and the two that all others of LibTorch include.
set(fence "${PROJECT_BINARY_DIR}/layers/no_torch")
foreach(header torch/all.h torch/torch.h torch/script.h torch/extension.h torch/version.h
        ATen/ATen.h c10/macros/Export.h c10/macros/Macros.h)
    file(CONFIGURE OUTPUT "${fence}/${header}"
        CONTENT "#error \"this layer must not see LibTorch\"\n")
endforeach()
include_directories(BEFORE SYSTEM
    "$<$<NOT:$<IN_LIST:phono_torch,$<TARGET_PROPERTY:LINK_LIBRARIES>>>:${fence}>")
