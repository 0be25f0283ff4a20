proto:
	PATH="$(CURDIR)/.venv/bin:$$PATH" python -m grpc_tools.protoc -Iproto --python_out=proto/gen --pyi_out=proto/gen --connectrpc_out=proto/gen --connectrpc_opt=protobuf=google $$(cd proto && find huiyuan -name '*.proto' | sort)
