// MPI as functions of one JavaScript object: point to point, by bytes, and nothing that waits. All policy is in
// src/distributed/mpi-link.ts.
//
// Starting and ending MPI wait for every other rank. MPI wants both from the same thread, so they have one of their own, and
// JavaScript's asks how far it is. Between the two only JavaScript's thread calls MPI.

// MPI's own C++ interface is not used, and its headers give warnings.
#define OMPI_SKIP_MPICXX
#define MPICH_SKIP_MPICXX
#include <mpi.h>
#include <node_api.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <future>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

/// Requests at work, by the numbers that JavaScript knows them by.
std::map<int32_t, MPI_Request> requests;
int32_t lastRequest = 0;

void check(int code, const char* what) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw std::runtime_error(std::string("MPI ") + what + ": " + std::string(text, static_cast<size_t>(length)));
}

void require(napi_status status) {
  if (status != napi_ok) throw std::runtime_error("MPI addon: an argument is missing or of another type");
}

class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    require(napi_get_cb_info(env, info, &count_, values_, nullptr, nullptr));
  }

  int number(size_t index) const {
    int32_t value = 0;
    require(napi_get_value_int32(env_, at(index), &value));
    return value;
  }

  void* bytes(size_t index, int& length) const {
    napi_typedarray_type type;
    size_t size = 0;
    void* data = nullptr;
    require(napi_get_typedarray_info(env_, at(index), &type, &size, &data, nullptr, nullptr));
    if (type != napi_uint8_array || size > INT32_MAX) {
      throw std::runtime_error("MPI addon: a message is a Uint8Array of less than 2 GB");
    }
    length = static_cast<int>(size);
    return data;
  }

 private:
  napi_value at(size_t index) const {
    if (index >= count_) throw std::runtime_error("MPI addon: an argument is missing");
    return values_[index];
  }

  static constexpr size_t kMost = 3;
  napi_env env_;
  size_t count_ = kMost;
  napi_value values_[kMost];
};

struct Place {
  int rank = 0;
  int size = 0;
};

/// What the two threads tell each other.
struct Session {
  std::promise<Place> joining;
  std::promise<void> leaving;
  std::promise<void> ending;
  std::shared_future<Place> joined = joining.get_future().share();
  std::shared_future<void> ended = ending.get_future().share();
};

/// Never deleted: a thread that MPI does not let go may need it until the process is gone.
Session& session() {
  static Session* const only = new Session;
  return *only;
}

Place start() {
  int provided = 0;
  check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided), "init");
  if (provided < MPI_THREAD_SERIALIZED) {
    throw std::runtime_error("MPI init: this MPI was built for programs of one thread; install one that allows several");
  }
  // What goes wrong later is told to JavaScript, instead of ending the process.
  check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "init");
  Place place;
  check(MPI_Comm_rank(MPI_COMM_WORLD, &place.rank), "init");
  check(MPI_Comm_size(MPI_COMM_WORLD, &place.size), "init");
  return place;
}

void startAndEnd() {
  Session& mine = session();
  try {
    mine.joining.set_value(start());
  } catch (...) {
    mine.joining.set_exception(std::current_exception());
    return;
  }
  mine.leaving.get_future().wait();
  try {
    check(MPI_Finalize(), "finalize");
    mine.ending.set_value();
  } catch (...) {
    mine.ending.set_exception(std::current_exception());
  }
}

template <typename T>
bool isReady(const std::shared_future<T>& future) {
  return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

napi_value number(napi_env env, double value) {
  napi_value result;
  require(napi_create_double(env, value, &result));
  return result;
}

napi_value boolean(napi_env env, bool value) {
  napi_value result;
  require(napi_get_boolean(env, value, &result));
  return result;
}

napi_value undefined(napi_env env) {
  napi_value result;
  require(napi_get_undefined(env, &result));
  return result;
}

napi_value numberOf(napi_env env, MPI_Request request) {
  requests[++lastRequest] = request;
  return number(env, lastRequest);
}

napi_value init(napi_env env, const Arguments&) {
  std::thread(startAndEnd).detach();
  return undefined(env);
}

napi_value joined(napi_env env, const Arguments&) {
  if (!isReady(session().joined)) return undefined(env);
  const Place place = session().joined.get();
  napi_value result;
  require(napi_create_object(env, &result));
  require(napi_set_named_property(env, result, "rank", number(env, place.rank)));
  require(napi_set_named_property(env, result, "size", number(env, place.size)));
  return result;
}

napi_value send(napi_env env, const Arguments& arguments) {
  int length = 0;
  const void* body = arguments.bytes(2, length);
  MPI_Request request;
  check(MPI_Isend(body, length, MPI_BYTE, arguments.number(0), arguments.number(1), MPI_COMM_WORLD, &request), "send");
  return numberOf(env, request);
}

napi_value probe(napi_env env, const Arguments&) {
  int found = 0;
  MPI_Status status;
  check(MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &found, &status), "probe");
  if (!found) return undefined(env);
  int length = 0;
  check(MPI_Get_count(&status, MPI_BYTE, &length), "probe");
  napi_value result;
  require(napi_create_array(env, &result));
  require(napi_set_element(env, result, 0, number(env, status.MPI_SOURCE)));
  require(napi_set_element(env, result, 1, number(env, status.MPI_TAG)));
  require(napi_set_element(env, result, 2, number(env, length)));
  return result;
}

napi_value receive(napi_env env, const Arguments& arguments) {
  int length = 0;
  void* body = arguments.bytes(2, length);
  MPI_Request request;
  check(MPI_Irecv(body, length, MPI_BYTE, arguments.number(0), arguments.number(1), MPI_COMM_WORLD, &request),
        "receive");
  return numberOf(env, request);
}

napi_value test(napi_env env, const Arguments& arguments) {
  const auto found = requests.find(arguments.number(0));
  if (found == requests.end()) throw std::runtime_error("MPI addon: there is no such request");
  int done = 0;
  check(MPI_Test(&found->second, &done, MPI_STATUS_IGNORE), "test");
  if (done) requests.erase(found);
  return boolean(env, done != 0);
}

napi_value finalize(napi_env env, const Arguments&) {
  session().leaving.set_value();
  return undefined(env);
}

napi_value finalized(napi_env env, const Arguments&) {
  if (!isReady(session().ended)) return boolean(env, false);
  session().ended.get();
  return boolean(env, true);
}

/// Without what a program does at its end: that of MPI's library may wait for the thread that it holds.
napi_value leave(napi_env, const Arguments& arguments) {
  std::_Exit(arguments.number(0));
}

napi_value abort(napi_env, const Arguments& arguments) {
  MPI_Abort(MPI_COMM_WORLD, arguments.number(0));
  return nullptr;
}

/// Turns C++ exceptions into JavaScript errors.
template <napi_value (*Body)(napi_env, const Arguments&)>
napi_value guarded(napi_env env, napi_callback_info info) {
  try {
    return Body(env, Arguments(env, info));
  } catch (const std::exception& error) {
    napi_throw_error(env, "INKSTONE_MPI", error.what());
    return nullptr;
  }
}

template <napi_value (*Body)(napi_env, const Arguments&)>
void define(napi_env env, napi_value exports, const char* name) {
  napi_value function;
  require(napi_create_function(env, name, NAPI_AUTO_LENGTH, guarded<Body>, nullptr, &function));
  require(napi_set_named_property(env, exports, name, function));
}

}  // namespace

NAPI_MODULE_INIT() {
  define<init>(env, exports, "init");
  define<joined>(env, exports, "joined");
  define<send>(env, exports, "send");
  define<probe>(env, exports, "probe");
  define<receive>(env, exports, "receive");
  define<test>(env, exports, "test");
  define<finalize>(env, exports, "finalize");
  define<finalized>(env, exports, "finalized");
  define<leave>(env, exports, "leave");
  define<abort>(env, exports, "abort");
  return exports;
}
