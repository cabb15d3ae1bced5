// A part of PruinaPredict and PruinaFourResources: torch.nn.Linear(1, 1) from an ONNX file, run by ONNX Runtime. For any thread.
import ai.onnxruntime.*;
import module java.base;

record LinearModel(OrtSession session) implements AutoCloseable {
    static LinearModel load(Path file) throws OrtException {
        return new LinearModel(OrtEnvironment.getEnvironment().createSession(file.toString()));
    }

    float predict(float x) throws OrtException {
        try (var input = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), new float[][] {{x}});
                var outputs = session.run(Map.of("x", input))) {
            return ((float[][]) outputs.get(0).getValue())[0][0];
        }
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
