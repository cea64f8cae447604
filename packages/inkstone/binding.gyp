{
  # The kernels' sources are compiled once for each instruction set, into a namespace of that name; the addon picks one
  # when it starts. Order matters: symbols that the copies share must come from the generic one.
  "variables": {
    "avx512_flags": ["-mavx2", "-mfma", "-mf16c", "-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl"],
    "base_sources": [
      "native/src/base/allocator.cpp",
      "native/src/base/check.cpp",
      "native/src/base/parallel.cpp",
    ],
    "kernel_sources": [
      "<!@(node -p \"['kernels', 'conv'].flatMap((room) => require('fs').readdirSync('native/src/' + room).filter((name) => name.endsWith('.cpp')).sort().map((name) => 'native/src/' + room + '/' + name)).join(' ')\")",
    ],
  },
  "target_defaults": {
    "include_dirs": ["native/src"],
    "cflags!": ["-O2"],
    "cflags": ["-O3", "-Wall", "-Wextra", "-fno-math-errno", "-fvisibility=hidden"],
    "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-std=gnu++17", "-std=gnu++20"],
    "cflags_cc": ["-std=c++17", "-fexceptions", "-Wno-psabi"],
    "xcode_settings": {
      "GCC_OPTIMIZATION_LEVEL": "3",
      "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
      "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
      "MACOSX_DEPLOYMENT_TARGET": "11.0",
    },
  },
  "targets": [
    {
      "target_name": "kernels_generic",
      "type": "static_library",
      "sources": ["<@(kernel_sources)"],
      "defines": ["INKSTONE_ISA=generic"],
    },
    {
      "target_name": "inkstone",
      "type": "loadable_module",
      "sources": [
        "<@(base_sources)",
        "native/src/binding/addon.cpp",
        "native/src/binding/dispatch.cpp",
        "native/src/binding/storages.cpp",
      ],
      "defines": ["NAPI_VERSION=8", "NODE_GYP_MODULE_NAME=inkstone"],
      "dependencies": ["kernels_generic"],
      "conditions": [
        ["target_arch == 'x64'", {
          "defines": ["INKSTONE_X64"],
          "dependencies": ["kernels_avx2", "kernels_avx512"],
        }],
        # Threads of the pool must not lose their code when the last environment that uses the addon goes.
        ["OS == 'linux'", {"ldflags": ["-Wl,-z,nodelete"]}],
      ],
    },
  ],
  "conditions": [
    ["target_arch == 'x64'", {
      "targets": [
        {
          "target_name": "kernels_avx2",
          "type": "static_library",
          "sources": ["<@(kernel_sources)"],
          "defines": ["INKSTONE_ISA=avx2"],
          "cflags": ["-mavx2", "-mfma", "-mf16c"],
          "xcode_settings": {"OTHER_CFLAGS": ["-mavx2", "-mfma", "-mf16c"]},
        },
        {
          "target_name": "kernels_avx512",
          "type": "static_library",
          "sources": ["<@(kernel_sources)"],
          "defines": ["INKSTONE_ISA=avx512"],
          "cflags": ["<@(avx512_flags)"],
          "xcode_settings": {"OTHER_CFLAGS": ["<@(avx512_flags)"]},
        },
      ],
    }],
  ],
}
