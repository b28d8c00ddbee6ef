using Millrace.Engine.Predictions;

namespace Millrace.Serving;

/// <summary>Keeps predictions before they are acknowledged. Monitoring implements it; serving does not know how they are kept.</summary>
internal interface IPredictionSink
{
    /// <summary>Takes the record at once; the task ends when it is on the disk.</summary>
    /// <returns>False where it could not be kept: the prediction must then not be acknowledged.</returns>
    Task<bool> KeepAsync(in PredictionRecord record);
}
