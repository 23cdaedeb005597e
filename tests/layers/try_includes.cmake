# cmake -Dcompiler=… -Dfolders=… -Dimplicit=… -Dsees=… -Dhidden=… -P try_includes.cmake
# Preprocesses each header alone, with the include folders in their order.

# The compiler's own folders, as CMake leaves them out of its commands too.
list(REMOVE_ITEM folders "" ${implicit})
list(TRANSFORM folders PREPEND "-isystem;")

function(try_include header status_name words_name)
    execute_process(
        COMMAND "${compiler}" -std=c++20 -fPIC ${folders} -include "${header}" -x c++ -E
            -o /dev/null /dev/null
        WORKING_DIRECTORY /
        RESULT_VARIABLE status ERROR_VARIABLE words)
    set(${status_name} "${status}" PARENT_SCOPE)
    set(${words_name} "${words}" PARENT_SCOPE)
endfunction()

foreach(header IN LISTS sees)
    try_include("${header}" status words)
    if(NOT status EQUAL 0)
        message(SEND_ERROR "${header} must be seen, but is not:\n${words}")
    endif()
endforeach()

foreach(header IN LISTS hidden)
    try_include("${header}" status words)
    if(status EQUAL 0)
        message(SEND_ERROR "${header} must be hidden, but is seen.")
    elseif(NOT words MATCHES "No such file or directory|must not see LibTorch")
        message(SEND_ERROR "${header} is hidden for another reason:\n${words}")
    endif()
endforeach()
