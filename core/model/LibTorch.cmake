# Imports LibTorch as the target phono_torch: Debian's libtorch-dev, or with -DPHONO_TORCH=<folder>
# an unpacked LibTorch or the folder site-packages/torch of a pip wheel, for the CPU or for CUDA.
#
# TorchConfig.cmake is left aside: that of a CUDA build demands nvcc, and that of Debian a dozen
# packages which only the compilation of LibTorch itself needs.
# Sets PHONO_TORCH_VERSION.

set(PHONO_TORCH "" CACHE PATH
    "Folder of LibTorch (with include/ and lib/) or site-packages/torch; empty: the system's")

set(torch_mark torch/csrc/api/include/torch/torch.h)
if(PHONO_TORCH)
    set(torch_include "${PHONO_TORCH}/include")
    set(torch_lib "${PHONO_TORCH}/lib")
    if(NOT EXISTS "${torch_include}/${torch_mark}")
        message(FATAL_ERROR "PHONO_TORCH=${PHONO_TORCH} holds no LibTorch: include/${torch_mark} is "
            "missing there. Expected is the folder of an unpacked LibTorch, or what "
            "`python3 -c \"import torch; print(torch.__path__[0])\"` prints.")
    endif()
else()
    find_path(PHONO_TORCH_SYSTEM_INCLUDE ${torch_mark} NO_CACHE)
    if(NOT PHONO_TORCH_SYSTEM_INCLUDE)
        message(FATAL_ERROR "LibTorch was not found. Install it (on Debian: apt-get install "
            "libtorch-dev), or name a LibTorch folder or site-packages/torch with "
            "-DPHONO_TORCH=<folder>.")
    endif()
    string(REGEX REPLACE "/$" "" torch_include "${PHONO_TORCH_SYSTEM_INCLUDE}")
    set(torch_lib "")
endif()

add_library(phono_torch INTERFACE)

# torch_cuda and c10_cuda exist in CUDA builds only.
foreach(name torch torch_cpu c10 torch_cuda c10_cuda)
    unset(torch_file)
    if(torch_lib)
        find_library(torch_file ${name} PATHS "${torch_lib}" NO_DEFAULT_PATH NO_CACHE)
    else()
        find_library(torch_file ${name} NO_CACHE)
    endif()
    if(torch_file)
        add_library(phono_torch::${name} SHARED IMPORTED GLOBAL)
        set_target_properties(phono_torch::${name} PROPERTIES IMPORTED_LOCATION "${torch_file}")
        target_link_libraries(phono_torch INTERFACE phono_torch::${name})
        set(torch_file_${name} "${torch_file}")
    elseif(NOT name MATCHES cuda)
        message(FATAL_ERROR "LibTorch is incomplete: lib${name}.so is missing "
            "(headers: ${torch_include}, libraries: ${torch_lib}).")
    endif()
endforeach()

# LibTorch 2.9 moved the version to torch/headeronly.
set(PHONO_TORCH_VERSION "")
foreach(header torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
    if(NOT PHONO_TORCH_VERSION AND EXISTS "${torch_include}/${header}")
        file(STRINGS "${torch_include}/${header}" lines
            REGEX "^#define TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]+")
        list(TRANSFORM lines REPLACE "^#define TORCH_VERSION_[A-Z]+ ([0-9]+).*" "\\1")
        list(JOIN lines "." PHONO_TORCH_VERSION)
    endif()
endforeach()
if(NOT PHONO_TORCH_VERSION)
    message(FATAL_ERROR "The version of LibTorch in ${torch_include} cannot be read.")
elseif(PHONO_TORCH_VERSION VERSION_LESS 1.13)
    message(FATAL_ERROR "LibTorch ${PHONO_TORCH_VERSION} in ${torch_include} is too old: "
        "Phonoscope needs 1.13 to 2.15.")
elseif(PHONO_TORCH_VERSION VERSION_GREATER_EQUAL 2.16)
    message(WARNING "LibTorch ${PHONO_TORCH_VERSION} is newer than any that Phonoscope was tried "
        "with (1.13 to 2.15).")
endif()

# Wheels up to 2.5 were built with the old C++ library ABI, and strings cross the border between
# LibTorch and all of the program: every file has to be compiled alike.
file(STRINGS "${torch_file_c10}" torch_new_abi REGEX "_ZNK?3c10.*cxx1112basic_string" LIMIT_COUNT 1)
if(torch_new_abi)
    set(torch_abi "C++11 ABI")
else()
    set(torch_abi "old C++ ABI")
    add_compile_definitions(_GLIBCXX_USE_CXX11_ABI=0)
endif()

# <torch/torch.h> lies under csrc/api. The compiler's own folders are left out: named again as
# -isystem they would be searched before the C++ library's and break its #include_next.
set(torch_folders "${torch_include}/torch/csrc/api/include")
if(NOT torch_include IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
    list(PREPEND torch_folders "${torch_include}")
endif()
target_include_directories(phono_torch SYSTEM INTERFACE ${torch_folders})
# Full debugging information of the headers makes objects of 60 MB.
target_compile_options(phono_torch INTERFACE $<$<CONFIG:Debug,RelWithDebInfo>:-g1>)
# torch_cuda registers its kernels when it is loaded, though no symbol of it is called.
target_link_options(phono_torch INTERFACE LINKER:--no-as-needed)
if(PHONO_TORCH)
    # The CUDA libraries that a wheel depends on are found at run time through its own paths.
    target_link_options(phono_torch INTERFACE LINKER:--allow-shlib-undefined)
endif()

if(TARGET phono_torch::torch_cuda)
    set(torch_devices "CPU and CUDA")
else()
    set(torch_devices "CPU")
endif()
message(STATUS "LibTorch ${PHONO_TORCH_VERSION} (${torch_devices}, ${torch_abi}): ${torch_file_torch}")
